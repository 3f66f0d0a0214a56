"""Fort et al. 2019 (arXiv 1912.02757), figure 7: ensembles of networks, of subspace samples and of both, by their size.

Points are means over runs and the subsets of each size, bars the standard deviation over both (subsets of one run overlap). A
subspace is one member, with the mean of the predictions of its samples. Where not all series are of the same runs, the legend
names those of each. A re-implementation's ensembles, one subset of each size, can be drawn behind.
"""

from typing import Literal

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Count, Split
from lossland.papers.published import numbers
from lossland.plotting.panels import behind, legend_of, styled, tiles
from lossland.plotting.style import AXES, GREY
from lossland.statistics.tables import Table, derived, only, parts

CAPTION = """
How good ensembles are that average the predictions of as many independent trainings as the axis says, each of which gives its
last network, or the mean of networks sampled around it, or of its weights. Points and bars are mean and standard deviation
over runs and subsets. In the paper (MediumCNN on CIFAR-10) independent networks gain more from being averaged than samples of
any subspace around one, and both together gain most (as remembered, not confirmed).
"""


def draw(
    *,
    ensembles: Table("ensemble"),
    titles: list[list[str]],
    quantities: list[Literal["accuracy", "error", "brier", "nll", "ece", "js"]] = ("accuracy", "brier"),
    split: Split = "test",
    columns: Count = 2,
    digitised: str | None = None,
) -> Figure:
    """`titles` lists [subspace, label] in the order drawn, `quantities` the panels.

    `digitised` names an architecture of the re-implementation (MediumCNN*) whose accuracies are drawn behind. Raises
    ValueError where a subspace is missing, or no accuracy of that architecture is known.
    """
    chosen = [(label, derived(only(part, "ensembles", split=split))) for label, part in parts(ensembles, titles, "ensembles")]
    chosen = _with_runs(chosen)
    figure, axes = tiles(len(quantities), columns, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for i, (colour, marker, label, table) in enumerate(styled(chosen)):
            size = table.groupby("size")[quantity].agg(["mean", "std"]) * scale
            beside = 0.3 * (i / max(1, len(chosen) - 1) - 0.5)  # so that bars do not hide each other
            look = {"marker": marker, "markersize": 3, "linewidth": 1, "capsize": 1.5, "elinewidth": 0.6}
            axis.errorbar(size.index + beside, size["mean"], size["std"].fillna(0), color=colour, label=label, **look)
        if digitised and quantity in ("accuracy", "error"):
            printed = _printed(digitised, quantity)
            behind(axis, printed[printed["x"] <= max(table["size"].max() for _, table in chosen)], GREY, ":o")
            axis.plot([], [], ":o", color=GREY, linewidth=0.8, markersize=2.5, label=f"{digitised}, a re-implementation")
        axis.set(xlabel="independent trainings", ylabel=f"{split} {name}")
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    legend_of(figure, axes, ncols=min(3, max(2, len(axes))))
    return figure


def _with_runs(chosen):
    """Labels name the runs of their series where these differ: a difference of two means may be one of their runs."""
    runs = [tuple(table["run"].unique()) for _, table in chosen]
    if len({frozenset(own) for own in runs}) == 1:
        return chosen
    named = [f"run{'s' * (len(own) > 1)} {', '.join(own)}" if any(own) else "one run" for own in runs]
    return [(f"{label} ({own})", table) for (label, table), own in zip(chosen, named, strict=True)]


def _printed(arch, quantity):
    """Columns x (size) and y (percent)."""
    rows = numbers("fort2019", table="reimpl-ayulockin", arch=arch, method="deep ensemble", metric="test_acc")
    if rows.empty:
        raise ValueError(f"digitised is {arch}, of which no ensembles are published; name one of {', '.join(_known())}")
    size = rows["setting"].str.extract(r"size (\d+)", expand=False).astype(int)
    return pd.DataFrame({"x": size, "y": 100 * (rows["value"] if quantity == "accuracy" else 1 - rows["value"])}).sort_values(
        "x"
    )


def _known():
    return numbers("fort2019", table="reimpl-ayulockin", method="deep ensemble", metric="test_acc")["arch"].unique()
