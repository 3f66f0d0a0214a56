"""Fort et al. 2019 (arXiv 1912.02757), figure 7: ensembles of networks, of subspace samples and of both, by their size.

How good ensembles are that average the predictions of as many independent trainings as the axis says, each of which gives its
last network, or the mean of the predictions of networks sampled around it, or of its weights. Points are means over runs and
the subsets of each size, bars the standard deviation over both (subsets of one run overlap). If not all series are of the same
runs, the legend names those of each.

In the paper (MediumCNN on CIFAR-10) independent networks gain more from being averaged than samples of any subspace around
one, and both together gain most (as remembered, not confirmed).
"""

from typing import Literal

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Count, Split
from lossland.papers.published import numbers
from lossland.plotting.panels import behind, legend_below, looks, tiles, warn
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, by_label, derived, pick


def draw(
    *,
    ensembles: Table("ensemble"),
    trained: Table("landscape"),
    quantities: list[Literal["accuracy", "error", "brier", "nll", "ece", "js"]] = ("accuracy", "brier"),
    split: Split = "test",
    columns: Count = 2,
    digitised: dict = {},
) -> Figure:
    """`quantities` are the panels. `digitised` names for labels an architecture of a re-implementation (MediumCNN*), whose
    accuracies are drawn behind, of one ensemble of each size. Raises ValueError if none is known."""
    table = derived(pick(ensembles, split=split))
    own, named = looks(table), _with_runs(by_label(table))
    figure, axes = tiles(len(quantities), columns, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for i, (label, part) in enumerate(by_label(table).items()):
            size = part.groupby("size")[quantity].agg(["mean", "std"]) * scale
            beside = 0.3 * (i - (len(own) - 1) / 2) / max(1, len(own) - 1)  # so that bars do not hide each other
            look = own[label] | {"markersize": 3, "linewidth": 1, "capsize": 1.5, "elinewidth": 0.6}
            axis.errorbar(size.index + beside, size["mean"], size["std"].fillna(0), label=named[label], **look)
        for label, arch in digitised.items() if quantity in ("accuracy", "error") else ():
            printed, colour = _printed(arch, quantity), own[label]["color"]
            behind(axis, printed[printed["x"] <= table["size"].max()], colour, ":o")
            axis.plot([], [], ":o", color=colour, linewidth=0.8, markersize=2.5, label=f"{arch}, a re-implementation")
        axis.set(xlabel="independent trainings", ylabel=f"{split} {name}")
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
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


def _printed(arch, quantity):
    """Columns x (size) and y (percent)."""
    known = numbers("fort2019", table="reimpl-ayulockin", method="deep ensemble", metric="test_acc")
    rows = known[known["arch"] == arch]
    if rows.empty:
        raise ValueError(
            f"digitised is {arch}, of which no ensembles are published; name one of {', '.join(known['arch'].unique())}"
        )
    size = rows["setting"].str.extract(r"size (\d+)", expand=False).astype(int)
    error = 100 * (1 - rows["value"])
    return pd.DataFrame({"x": size, "y": 100 - error if quantity == "accuracy" else error}).sort_values("x")
