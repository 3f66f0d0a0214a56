"""Ensembles by the number of networks whose predictions they average: mean over the subsets of each size, bars their spread.

Bars are standard deviations over runs and the subsets of one size, which overlap for all sizes above one: so bars shrink
even if the networks have nothing to gain from each other.
"""

from matplotlib.figure import Figure

from lossland.options import Split
from lossland.plotting.panels import by_size, legend_below, looks, tiles
from lossland.statistics.tables import Table, derived, pick


def draw(*, ensembles: Table("ensemble"), quantities: list[str] = ("accuracy", "nll"), split: Split = "test") -> Figure:
    """`quantities` are columns of the table, or accuracy, and are the panels."""
    table = derived(pick(ensembles, split=split))
    own = looks(table)
    figure, axes = tiles(len(quantities), 2, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        by_size(axis, table, quantity, own)
        axis.set_xlabel("networks")
    legend_below(figure, axes)
    return figure
