"""Fort et al. 2019 (arXiv 1912.02757), figure S2: the same loss along a path does not mean the same function.

    disagreement to end i = share of examples with other labels than theta_i        cosine to end i = cos(theta(t), theta_i)

Along any paths between two networks: the segment, trained curves, chains, the tunnel. Lines are means over runs, bands their
range; solid is measured against the network at t = 0, dashed against that at t = 1. The axis of the cosine names the
parameters that it is of.
"""

from typing import Literal

import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Count, Split
from lossland.plotting.panels import band, legend_of, runs_of, styled, tiles
from lossland.plotting.style import AXES, GREY
from lossland.statistics.tables import Table, derived, only, parts, where

CAPTION = """
From one trained network (t = 0) to another (t = 1) along several paths: where the loss is as low as at the ends, the labels
may be others all the same, which the disagreement shows. Where two lines have a colour, the solid one is measured against the
first network and the dashed one against the second. The paper draws loss and accuracy along the straight line and an
optimised connection (as remembered, not confirmed); by the abstract of its first version such paths of low loss exist, but do
not connect what networks predict.
"""
BOTH = ("disagreement", "cosine", "diversity")  # measured against each end


def draw(
    *,
    paths: Table("similarity"),
    titles: list[list[str]],
    quantities: list[Literal["nll", "error", "accuracy", "disagreement", "diversity", "cosine"]] = (
        "nll",
        "error",
        "disagreement",
        "cosine",
    ),
    split: Split = "test",
    columns: Count = 4,
) -> Figure:
    """`titles` lists [subspace, label] of each path in the order drawn, `quantities` the panels.

    Raises ValueError where a path or the split is missing, or a subspace is a surface.
    """
    chosen = [(label, derived(only(part, "paths", split=split))) for label, part in parts(paths, titles, "paths")]
    groups = " and ".join(pd.concat([table["group"] for _, table in chosen]).unique())
    figure, axes = tiles(len(quantities), columns, height=2.4, sharex=True)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for colour, _, label, table in styled(chosen):
            if table["u1"].notna().any():
                raise ValueError(f"fort2019_paths draws paths, and {label} is a surface; use fort2019_fig6 for it")
            for reference in (0, 1)[: 1 + (quantity in BOTH)]:
                points = where(table, reference=reference)
                look = {"linestyle": "--" if reference else "-"}
                band(axis, points.assign(value=points[quantity]), "u0", None if reference else label, colour, scale, **look)
        against = " against both ends" * (quantity in BOTH)
        axis.set(
            title=f"{quantity}{against}", xlabel="t", ylabel=f"{name}, {groups}" if quantity == "cosine" else f"{split} {name}"
        )
    for style, end in (("-", 0), ("--", 1)):
        axes[-1].plot([], [], style, color=GREY, label=f"against t = {end}")
    legend_of(figure, axes, ncols=min(2 + len(chosen), 3 * len(axes)), title=runs_of(chosen[0][1], "pair") + " of networks")
    return figure
