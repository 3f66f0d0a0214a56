"""The claims of Benton et al. 2021 (arXiv 2102.13042) about ESPRO, figures 8, 9 and A.3: simplexes against deep ensembles.

    equal components   score(n networks) - score(n simplexes)            above 0 where the simplexes are better
    equal budget       score(networks for as many passes) - score(n simplexes)
    insensitive        |error with lambda - error with lambda = 0|

A run is a group of networks, none of which is in two groups: its deep ensembles, and those of the simplexes around the same
networks. One component is one network against its simplex. At a budget between those of n and n + 1 networks the score of the
deep ensemble is interpolated linearly; nothing is said of a budget beyond its largest. A pass is one through the training data,
all points of a step counted. lambda = 0, and `noise` as what counts as no difference, are ours. Published are the differences
of one run.
"""

from typing import Literal

import numpy as np

from lossland.options import Count, Fraction
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, entries, of_test, only, parts, rows_of, where
from lossland.statistics.verdicts import Claim, by_run, together

CAPTION = """
Each row holds one claim about ensembles of simplexes of low loss (ESPRO) against deep ensembles of the same networks, for n
groups of networks (mean ± standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does
not hold if our mean lies on the wrong side; else our runs do not decide. In the paper a simplex has a lower test error at equal
components and at equal time, and lambda does not matter; it shows one run, without error bars.
"""
SCORES = {"error": "test error, as a fraction", "nll": "test nll [nats]"}


def check(
    *,
    independent: Table("ensemble"),
    simplexes: Table("ensemble"),
    kinds: list[list[str]],
    sizes: list[Count] = (1,),
    budgets: list[Count] = (1,),
    unpushed: list[list[str]] = (),
    noise: Fraction = 0.003,
    dataset: Literal["CIFAR-10", "CIFAR-100"] | None = None,
) -> list[Claim]:
    """`kinds` lists [subspace, name] of what `simplexes` has, measured `by: source`; `sizes` and `budgets` the
    numbers of components that are compared at equal components, and at equal budget; `unpushed` [subspace, the same with
    lambda = 0, name]. `dataset` chooses what is published, of a kind whose name is the paper's (1-simplex, 2-simplex).

    Raises ValueError where runs differ, a size is missing, or a budget is beyond that of the deep ensembles.
    """
    networks, simplexes = of_test(independent, "independent"), of_test(simplexes, "simplexes")
    claims = []
    for name, rows in parts(simplexes, kinds, "simplexes", "kinds"):
        for size in sorted({*sizes, *budgets}):
            found = {"independent": _scores(networks, "independent", size), name: _scores(rows, "simplexes", size)}
            others, own = together(found).values()
            printed = _printed(dataset, name, size)
            claims += _equal_components(name, size, others, own, printed) if size in sizes else []
            claims += _equal_budget(name, size, networks, own, printed) if size in budgets else []
    arms = entries("unpushed", unpushed, "subspace", "the same with lambda = 0", "name") if unpushed else []
    return claims + [_insensitive(name, size, noise, simplexes, *arm) for *arm, name in arms for size in sizes]


def _equal_components(name, size, networks, own, printed):
    what = f"{size} component{'s' * (size > 1)}"
    return [
        Claim(
            name=f"{name} at {what}: {score}",
            says=f"At equal components ensembles of simplexes ({name}) are better than deep ensembles.",
            of=f"{unit}: deep ensemble - simplexes, {what} each",
            values=list(networks[score] - own[score]),
            published=printed["components"] if score == "error" else [],
            above=0,
        )
        for score, unit in SCORES.items()
    ]


def _equal_budget(name, size, networks, own, printed):
    what = f"{size} component{'s' * (size > 1)}"
    return [
        Claim(
            name=f"{name} at the budget of {what}: {score}",
            says=f"At equal budget ensembles of simplexes ({name}) are better than deep ensembles.",
            of=f"{unit}: deep ensemble of as many passes, interpolated - simplexes, {what}",
            values=[_at_budget(networks, run, row["epochs"], score) - row[score] for run, row in own.iterrows()],
            published=printed["budget"] if score == "error" else [],
            above=0,
        )
        for score, unit in SCORES.items()
    ]


def _insensitive(name, size, noise, simplexes, subspace, without):
    rows = {arm: _scores(rows_of(simplexes, arm, "simplexes"), "simplexes", size) for arm in (subspace, without)}
    pushed, free = together(rows).values()
    return Claim(
        name=f"lambda does not matter: {name} of {size}",
        says=f"The ensemble's error is the same whether the volume is pushed or not ({name}).",
        of="absolute difference of the test errors with lambda and with lambda = 0, as a fraction",
        values=list((pushed["error"] - free["error"]).abs()),
        published=[],
        below=noise,
    )


def _at_budget(networks, run, epochs, score):
    """The score of deep ensembles between those of the next budgets. Raises ValueError beyond all of them."""
    known = where(networks, run=run).groupby("size")[["epochs", score]].mean().sort_values("epochs")
    if not known["epochs"].min() <= epochs <= known["epochs"].max():
        low, high = known["epochs"].min(), known["epochs"].max()
        raise ValueError(
            f"independent, run {run}, has budgets of {low:g} to {high:g} passes, and simplexes cost {epochs:g}; "
            "measure larger deep ensembles, or leave that size out of budgets"
        )
    return float(np.interp(epochs, known["epochs"], known[score]))


def _scores(table, role, size):
    """Means over the ensembles of a size, by run."""
    return by_run(only(table, role, size=size), [*SCORES, "epochs"])


def _printed(dataset, name, size):
    """The published differences of test errors at equal `components` and equal `budget`; empty where there are none."""
    if dataset is None:
        return {"components": [], "budget": []}
    rows = numbers("benton2021", table="Figure 8", dataset=dataset, method=["deep ensemble", name])
    rows = rows.assign(size=rows["setting"].str.extract(r"(\d+)", expand=False).astype(int))
    wide = rows.pivot(index=["method", "size"], columns="metric", values="value")
    if (name, size) not in wide.index:
        return {"components": [], "budget": []}
    networks, own = wide.loc["deep ensemble"], wide.loc[name, size]
    gain = (networks.loc[size] - own)["test_error_percent"] / 100
    if "seconds" not in wide or own["seconds"] > networks["seconds"].max():
        return {"components": [gain], "budget": []}
    at = np.interp(own["seconds"], networks["seconds"], networks["test_error_percent"])
    return {"components": [gain], "budget": [(at - own["test_error_percent"]) / 100]}
