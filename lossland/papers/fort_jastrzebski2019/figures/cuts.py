"""Fort & Jastrzebski 2019 (arXiv 1906.04724), random cuts: what can be found in few dimensions, at which distance from 0.

    theta = r theta_0 + M z,    M [D d] random and orthonormal, z alone is trained

d goes to the right, the radius r, in norms of the initialisation, upwards; a cell is the mean over runs after the training.
"""

from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Positive, Split
from lossland.plotting.panels import panels
from lossland.plotting.style import AXES, GREY, WHITE_TO_DARK
from lossland.statistics.tables import Table, derived, only, parts

CAPTION = """
Where a training ends that moves in d random directions alone (to the right), beginning at the initialisation times a radius
(upwards): white is a low value, the numbers are means over runs, and grey is not finite. In the paper low-dimensional random
cuts are easy to optimise, as its wedges are long in most directions; that there is a least dimension, and a radius at which
it is smallest, is remembered, not confirmed.
"""


def draw(
    *,
    cuts: Table("cuts"),
    titles: list[list[str]],
    quantities: list[Literal["nll", "error", "accuracy"]] = ("nll", "error"),
    split: Split = "train",
    highest: Positive = 2.5,
) -> Figure:
    """`titles` lists [subspace, title] of each network in the order drawn, a row each; shades of the nll end at `highest` nats.

    Raises ValueError where a subspace or the split is missing.
    """
    chosen = [(title, derived(only(part, "cuts", split=split))) for title, part in parts(cuts, titles, "cuts")]
    figure, axes = panels(len(chosen), len(quantities), height=2.2, layout="compressed")
    figure.set_figwidth(3.3 * len(quantities))  # room for the numbers
    for (title, table), line in zip(chosen, axes, strict=True):
        for axis, quantity in zip(line, quantities, strict=True):
            label, scale = AXES[quantity]
            top = highest if quantity == "nll" else scale
            values = scale * table.pivot_table(index="radius", columns="dimension", values=quantity, dropna=False)
            drawn = _cells(axis, values, top, "{:.2g}" if quantity == "nll" else "{:.0f}")
            figure.colorbar(drawn, ax=axis, label=label, shrink=0.85, extend="max" if quantity == "nll" else "neither")
            axis.set_title(f"{title}\n{split} {quantity}")
        line[0].set_ylabel("radius [initial norms]")
    for axis in axes[-1]:
        axis.set_xlabel("dimension d")
    return figure


def _cells(axis, values, top, text):
    """A heat map of equal cells whatever the distances of their coordinates, each with its number."""
    shown = np.ma.masked_invalid(values.to_numpy())
    axis.set_facecolor(GREY)
    drawn = axis.pcolormesh(shown.clip(max=top), cmap=WHITE_TO_DARK, vmin=0, vmax=top, edgecolors="white", linewidth=0.5)
    for (i, j), value in np.ndenumerate(shown.filled(np.nan)):
        if np.isfinite(value):
            colour = "white" if value > top / 2 else "black"
            axis.text(j + 0.5, i + 0.5, text.format(value), ha="center", va="center", fontsize=6, color=colour)
    axis.set_xticks(np.arange(values.shape[1]) + 0.5, [f"{d:g}" for d in values.columns])
    axis.set_yticks(np.arange(values.shape[0]) + 0.5, [f"{r:g}" for r in values.index])
    axis.tick_params(length=0)
    return drawn
