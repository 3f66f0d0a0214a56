"""Benton et al. 2021 (arXiv 2102.13042), figures 8 and 9: ensembles by the number of their components, and by their budget.

A component is a trained network, or a simplex around one with the mean of the predictions of its draws. The budget of an
ensemble is in passes through the training data, all points of a step counted; a step of training on one point makes seconds of
it. Published budgets are seconds of another machine, and are drawn as multiples of one network's.
"""

from typing import Literal

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Split
from lossland.papers.published import numbers
from lossland.plotting.panels import band, behind, legend_of, panels, runs_of, styled
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, derived, only, parts

CAPTION = """
How good ensembles are: left against the number of their components, right against what these have cost, with the samples of
all steps counted. A component is a trained network, or a simplex of low loss around one. Lines are means over groups of
networks and over the choices of components in each, bands the range of the groups; dotted, what the paper shows, its budgets
as multiples of one network's. In the paper (VGG16, one run, no error bars) a simplex is better than a network at each number
of components and, on CIFAR-10, at equal time: by 0.2 to 0.6 points at equal components there, where 10,000 examples leave a
standard error of 0.2, and by 1.5 to 2 points for one component on CIFAR-100.
"""


def draw(
    *,
    ensembles: Table("ensemble"),
    seconds: Table("seconds"),
    kinds: list[list[str]],
    quantities: list[Literal["error", "accuracy", "nll", "brier", "ece"]] = ("error",),
    split: Split = "test",
    digitised: Literal["CIFAR-10", "CIFAR-100"] | None = None,
) -> Figure:
    """`kinds` lists [subspace, title] of the ensembles, `by: source` where a component is several networks; the first kind is
    of single networks. `digitised` draws what is published of this data set and a kind's title behind.

    Raises ValueError where a subspace is missing, or nothing is published of any title.
    """
    chosen = [
        (title, derived(only(part, "ensembles", split=split))) for title, part in parts(ensembles, kinds, "ensembles", "kinds")
    ]
    printed, one = _printed(digitised, [title for title, _ in chosen]), _cost_of_one(chosen[0][1])
    figure, axes = panels(len(quantities), 2, height=2.5, sharey="row")
    figure.set_figwidth(6.4)
    for (count, budget), quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for colour, marker, title, table in styled(chosen):
            means = table.groupby(["size", "run"], as_index=False)[[quantity, "epochs"]].mean()
            means = means.assign(value=means[quantity], epochs=means.groupby("size")["epochs"].transform("mean"))
            for axis, x in ((count, "size"), (budget, "epochs")):
                band(axis, means, x, title, colour, scale, marker=marker, markersize=3)
            if quantity in ("error", "accuracy") and title in printed:
                theirs = printed[title].assign(y=lambda t, q=quantity: t["y"] if q == "error" else 100 - t["y"])
                behind(count, theirs, colour)
                behind(budget, theirs.assign(x=theirs["budget"] * one).dropna(), colour)
        count.set(xlabel="components", ylabel=f"{split} {name}")
        count.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        budget.set(xlabel="passes through the training data", xlim=(0, None))
    _clock(axes[0, 1], seconds["epoch_seconds"].median())
    if printed:
        axes[0, 0].plot([], [], ":", color="black", linewidth=0.8, label=f"paper, {digitised}")
    legend_of(figure, axes.flat, ncols=3, title=runs_of(pd.concat([table for _, table in chosen]), "group"))
    return figure


def _cost_of_one(table):
    return table.loc[table["size"] == table["size"].min(), "epochs"].mean() / table["size"].min()


def _clock(axis, seconds):
    """A second scale above: what as many passes take at `seconds` for one."""
    unit, name = next((u, n) for u, n in ((3600, "hours"), (60, "minutes"), (1, "seconds")) if u == 1 or seconds > u / 10)
    top = axis.secondary_xaxis("top", functions=(lambda x: x * seconds / unit, lambda y: y * unit / seconds))
    top.spines["top"].set_visible(True)
    top.set_xlabel(f"{name}, at {seconds:.2g} s a pass")


def _printed(dataset, titles):
    """title -> columns x (components), y (percent) and budget (in networks; NaN where no time is published)."""
    if dataset is None:
        return {}
    rows = numbers("benton2021", table="Figure 8", dataset=dataset)
    rows = rows.assign(x=rows["setting"].str.extract(r"(\d+)", expand=False).astype(int))
    wide = rows.pivot(index=["method", "x"], columns="metric", values="value").reset_index()
    wide = wide.rename(columns={"test_error_percent": "y"}).reindex(columns=["method", "x", "y", "seconds"])
    own = wide.loc[(wide["method"] == "deep ensemble") & (wide["x"] == 1), "seconds"].item()
    found = {m: part.assign(budget=part["seconds"] / own) for m, part in wide.groupby("method") if m in titles}
    if not found:
        raise ValueError(f"kinds has no title of {', '.join(wide['method'].unique())}; call one so, or leave digitised out")
    return found
