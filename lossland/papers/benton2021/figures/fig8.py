"""Benton et al. 2021 (arXiv 2102.13042), figures 8 and 9: ensembles by the number of their components, and by their budget.

How good ensembles are, at the temperature of each if that is said: left against the number of their components, right against
what these have cost, in passes through the training data, all points of a step counted; a step of training on one point makes
seconds of it. A component is a trained network, or a simplex of low loss around one with the mean of the predictions of its
draws. Lines are means over groups of networks and over the choices of components in each, bands the range of the groups.

In the paper (VGG16, one run, no error bars) a simplex is better than a network at each number of components and, on CIFAR-10,
at equal time: by 0.2 to 0.6 points at equal components there, where 10,000 examples leave a standard error of 0.2, and by 1.5
to 2 points for one component on CIFAR-100.
"""

from typing import Literal

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.plotting.panels import legend_below, lines, looks, panels, runs_of
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, derived, noted, pick, untrained


def draw(
    *,
    ensembles: Table("ensemble"),
    seconds: Table("seconds"),
    networks: Table("ensemble"),
    quantities: list[Literal["error", "accuracy", "nll", "brier", "ece", "ece_debiased", "nll_tempered", "ece_tempered"]] = (
        "error",
    ),
) -> Figure:
    """The first of `ensembles` are of single networks, on the training data `networks`."""
    table, own = derived(pick(ensembles, split="test")), looks(ensembles)
    figure, axes = panels(len(quantities), 2, height=2.5, width=3.2, sharey="row")
    for (count, budget), quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        groups = table.groupby(["subspace", "size", "run"], as_index=False, sort=False)[[quantity, "epochs"]].mean()
        groups["epochs"] = groups.groupby(["subspace", "size"])["epochs"].transform("mean")
        for axis, x in ((count, "size"), (budget, "epochs")):
            lines(axis, groups, x, own, y=quantity, scale=scale, markersize=3)
        count.set(xlabel="components", ylabel=f"test {name}")
        count.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        budget.set(xlabel="passes through the training data", xlim=(0, None))
    _clock(axes[0, 1], seconds["epoch_seconds"].median())
    legend_below(figure, axes.flat, ncols=3, title=noted(runs_of(table, "group"), untrained(networks["error"].max())))
    return figure


def _clock(axis, seconds):
    """A second scale above: what as many passes take at `seconds` for one."""
    unit, name = next((u, n) for u, n in ((3600, "hours"), (60, "minutes"), (1, "seconds")) if u == 1 or seconds > u / 10)
    top = axis.secondary_xaxis("top", functions=(lambda x: x * seconds / unit, lambda y: y * unit / seconds))
    top.spines["top"].set_visible(True)
    top.set_xlabel(f"{name}, at {seconds:.2g} s a pass")
