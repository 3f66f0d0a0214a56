"""Fort et al. 2019 (arXiv 1912.02757), figure S2: the same loss along a path does not mean the same function.

From one trained network (t = 0) to another (t = 1) along several paths: even if the loss is as low as at the ends, the labels
may be others, which the disagreement shows.

    disagreement to end i = share of examples with other labels than theta_i        cosine to end i = cos(theta(t), theta_i)

Lines are means over runs, bands their range. Solid lines are measured against the network at t = 0, dashed ones against that
at t = 1. The axis of the cosine names the parameters that it is of.

The paper draws loss and accuracy along the straight line and an optimised connection (as remembered, not confirmed); by the
abstract of its first version such paths of low loss exist, but do not connect what networks predict.
"""

from typing import Literal

from matplotlib.figure import Figure

from lossland.options import Count, Split
from lossland.plotting.panels import legend_of, lines, looks, runs_of, tiles, warn
from lossland.plotting.style import AXES, GREY
from lossland.statistics.tables import Table, derived, pick, where

BOTH = ("disagreement", "cosine", "diversity")  # measured against each end


def draw(
    *,
    paths: Table("similarity"),
    quantities: list[Literal["nll", "error", "accuracy", "disagreement", "diversity", "cosine"]] = (
        "nll",
        "error",
        "disagreement",
        "cosine",
    ),
    split: Split = "test",
    columns: Count = 4,
) -> Figure:
    """`quantities` are the panels. Raises ValueError if one of `paths` is a surface."""
    table = derived(pick(paths, split=split))
    if len(surfaces := table[table["u1"].notna()]):
        raise ValueError(f"this draws paths, and {surfaces['subspace'].iloc[0]} is a surface; use fort2019_fig6 for it")
    own, groups = looks(table), " and ".join(table["group"].unique())
    figure, axes = tiles(len(quantities), columns, height=2.4, sharex=True)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for end in (1, 0) if quantity in BOTH else (0,):  # the legend shows what is drawn last
            lines(axis, where(table, reference=end), "u0", own, y=quantity, scale=scale, linestyle="--" if end else "-")
        against = " against both ends" * (quantity in BOTH)
        name = f"{name}, {groups}" if quantity == "cosine" else f"{split} {name}"
        axis.set(title=f"{quantity}{against}", xlabel="t", ylabel=name)
    for style, end in (("-", 0), ("--", 1)):
        axes[-1].plot([], [], style, color=GREY, label=f"against t = {end}")
    legend_of(figure, axes, ncols=min(2 + len(own), 3 * len(axes)), title=runs_of(table, "pair") + " of networks")
    warn(figure, {"ends": where(paths[paths["u0"].isin([0, 1])], split="train")["error"].mean()})
    return figure
