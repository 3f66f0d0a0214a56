"""Fort et al. 2019 (arXiv 1912.02757), figure 7: ensembles of networks, of subspace samples and of both, by their size.

How good ensembles are that average the predictions of as many independent trainings as the axis says, each of which gives its
last network, or the mean of the predictions of networks sampled around it, or of its weights. Points are means over runs and
the subsets of each size, bars the standard deviation over both (subsets of one run overlap). If not all series are of the same
runs, the legend names those of each.

In the paper (MediumCNN on CIFAR-10) independent networks gain more from being averaged than samples of any subspace around
one, and both together gain most (as remembered, not confirmed).
"""

from typing import Literal

from matplotlib.figure import Figure

from lossland.plotting.panels import by_size, legend_below, looks, tiles, warn
from lossland.statistics.tables import Table, by_label, derived, pick


def draw(
    *,
    ensembles: Table("ensemble"),
    trained: Table("landscape"),
    quantities: list[Literal["accuracy", "error", "brier", "nll", "ece", "js"]] = ("accuracy", "brier"),
) -> Figure:
    """`quantities` are the panels."""
    table = derived(pick(ensembles, split="test"))
    own, named = looks(table), _with_runs(by_label(table))
    figure, axes = tiles(len(quantities), 2, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        by_size(axis, table, quantity, own, named)
        axis.set_xlabel("independent trainings")
    legend_below(figure, axes, ncols=min(3, max(2, len(axes))))
    warn(figure, trained)
    return figure


def _with_runs(parts):
    """label -> itself, with the runs of its series if these differ: a difference of two means may be one of their runs."""
    runs = {label: tuple(table["run"].unique()) for label, table in parts.items()}
    if len({frozenset(own) for own in runs.values()}) == 1:
        return dict(zip(runs, runs, strict=True))
    named = {n: f"run{'s' * (len(own) > 1)} {', '.join(own)}" if any(own) else "one run" for n, own in runs.items()}
    return {label: f"{label} ({own})" for label, own in named.items()}
