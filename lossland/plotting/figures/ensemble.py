"""Ensembles by the number of networks whose predictions they average: mean over the subsets of each size, bars their spread.

Bars are standard deviations over runs and the subsets of one size, which overlap for all sizes above one: so bars shrink
even if the networks have nothing to gain from each other.
"""

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Count, Split
from lossland.plotting.panels import legend_below, looks, tiles
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, by_label, derived, pick


def draw(
    *, ensembles: Table("ensemble"), quantities: list[str] = ("accuracy", "nll"), split: Split = "test", columns: Count = 2
) -> Figure:
    """`quantities` are columns of the table, or accuracy, and are the panels."""
    table = derived(pick(ensembles, split=split))
    own = looks(table)
    figure, axes = tiles(len(quantities), columns, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for label, part in by_label(table).items():
            size = part.groupby("size")[quantity].agg(["mean", "std"]) * scale
            axis.errorbar(size.index, size["mean"], size["std"].fillna(0), label=label, markersize=3, capsize=1.5, **own[label])
        axis.set(xlabel="networks", ylabel=f"{split} {name}")
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    legend_below(figure, axes)
    return figure
