"""Minima and saddles of a landscape: where they lie, their merge tree, and their barcode (Chen et al. 2026, arXiv 2602.07135).

A row for each path or plane, of one run. Left, the landscape with its minima as dots, open at the edge of what is drawn, and
the saddles at which they join a lower minimum as crosses, with a line to both. Middle, the merge tree: a branch ends at the
value of a minimum, and two meet at their saddle. Right, the barcode: a bar from each minimum to its saddle, whose length is the
persistence; that of the lowest has no end. Above it, the saddle-minimum average distance (SMAD).
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Positive, Split
from lossland.plotting.panels import branches, logarithmic, panels
from lossland.plotting.planes import relief, shaded
from lossland.plotting.style import AXES, COLOURS, GREY
from lossland.statistics.tables import Table, by_label, one_run, pick, plane, signed
from lossland.statistics.topology import numbers

LOW = 1e-4  # of the highest saddle: minima below are drawn on a linear axis


def draw(
    *,
    minima: Table("topology"),
    landscape: Table("landscape"),
    split: Split = "train",
    quantity: str = "nll",
    highest: Positive | None = None,
) -> Figure:
    """Labels of both tables are the same; what is above `highest` is darkest. Heights are logarithmic if none is negative."""
    found = {label: one_run(part) for label, part in by_label(pick(minima, split=split, quantity=quantity)).items()}
    heights = by_label(pick(landscape, mark="grid", split=split, quantity=quantity))
    figure, axes = panels(len(found), 3, height=2.3, width_ratios=[1.3, 1, 1])
    name, scale = AXES[quantity]
    for row, (label, own) in zip(axes, found.items(), strict=True):
        own = own.assign(**{column: scale * own[column] for column in ("value", "saddle", "first")}).set_index("index")
        sheet = one_run(heights[label]).assign(value=lambda rows: scale * rows["value"])
        _places(figure, row[0], own, sheet, split, quantity, highest)
        # of joins at one height, those into a higher minimum come first
        tree = own[own["into"] >= 0].sort_index(ascending=False).sort_values("saddle", kind="stable")
        joined = pd.DataFrame({"lower": tree["into"], "higher": tree.index, "height": tree["saddle"]})
        branches(row[1], own["value"].to_dict(), joined)
        _bars(row[2], own)
        row[0].set_title(label)
        row[1].set(title=f"{len(own)} minim{'a' if len(own) > 1 else 'um'}", xticks=[])
        row[2].set(title=f"SMAD {numbers(own)['smad'].iloc[0]:.3g}", xlabel=f"{split} {name}", ylabel="minimum")
        if len(tree) and own["value"].min() > LOW * tree["saddle"].max():
            logarithmic(row[1])
    return figure


def _places(figure, axis, own, sheet, split, quantity, highest):
    """The landscape, as shades or as a line, and the minima and saddles in it."""
    name, path = AXES[quantity][0], sheet["u1"].isna().all()
    if path:
        axis.plot(sheet["u0"], sheet["value"], color="black", linewidth=1)
        axis.set(xlabel="coordinate $u$", ylabel=f"{split} {name}")
    else:
        shades = relief if quantity in ("loss", "nll") and not signed(sheet["value"]) else shaded
        shades(figure, [axis], [plane(sheet, split, quantity)], highest or sheet["value"].max(), f"{split} {name}")
        axis.set(xlabel="$u_0$", ylabel="$u_1$", aspect="equal")
    y = ("value", "saddle") if path else ("u1", "saddle_u1")
    for one in own[own["into"] >= 0].itertuples():
        lower = own.loc[one.into]
        way = [(one.u0, getattr(one, y[0])), (one.saddle_u0, getattr(one, y[1])), (lower["u0"], lower[y[0]])]
        axis.plot(*zip(*way, strict=True), color=COLOURS["bezier"], linewidth=0 if path else 0.8)
        axis.plot(*way[1], "x", color=COLOURS["bezier"], markersize=5, clip_on=False)
    for edge, part in own.groupby("edge"):
        face = "white" if edge else COLOURS["segment"]
        axis.plot(part["u0"], part[y[0]], "o", color=COLOURS["segment"], markerfacecolor=face, markersize=4, clip_on=False)


def _bars(axis, own):
    last = own["saddle"].isna()
    top = own[["first", "saddle"]].max(axis=None)
    ends = own["saddle"].mask(last, top + 0.1 * (top - own["value"].min()))
    axis.hlines(own.index, own["value"], ends, color=np.where(last, GREY, COLOURS["segment"]), linewidth=2.5)
    axis.set(ylim=(-0.7, len(own) - 0.3), yticks=range(0, len(own), 1 + len(own) // 7))
