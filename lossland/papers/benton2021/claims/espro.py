"""The claims of Benton et al. 2021 (arXiv 2102.13042) about ESPRO, figures 8 and 9: simplexes against deep ensembles.

    equal components   score(n networks) - score(n simplexes)            above 0 if the simplexes are better
    equal budget       score(networks for as many passes) - score(n simplexes)

A component is a network, or a simplex of low loss around the same network. A pass is one through the training data, all points
of a step counted; at a budget between those of n and n + 1 networks the score of the deep ensemble is interpolated linearly,
and nothing is said of a budget beyond its largest.

In the paper a simplex has a lower test error at equal components and at equal time; it shows one run, without error bars,
whose differences are the published values.
"""

from typing import Literal

import numpy as np

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

SCORES = {"error": "test error, as a fraction", "nll": "test nll [nats]"}


def check(
    *,
    independent: Table("ensemble"),
    simplexes: Table("ensemble"),
    sizes: list[Count] = (1,),
    budgets: list[Count] = (1,),
    dataset: Literal["CIFAR-10", "CIFAR-100"] | None = None,
) -> list[Claim]:
    """`sizes` and `budgets` are the numbers of components that are compared at equal components, and at equal budget; `dataset`
    chooses what is published, of a label that is the paper's (1-simplex, 2-simplex)."""
    networks = pick(independent, split="test")
    found = by_label(pick(simplexes, split="test"))
    return [
        claim
        for name, rows in found.items()
        for size in sorted({*sizes, *budgets})
        for claim in _of(name, rows, size, networks, dataset, size in sizes, size in budgets)
    ]


def _of(name, rows, size, networks, dataset, equal, budget):
    others, own = together({"independent": mean(networks, size), name: mean(rows, size)}).values()
    what, gains = f"{size} component{'s' * (size > 1)}", _printed(dataset, name, size)
    claims = []
    if equal:
        of = f"deep ensemble - simplexes, {what} each"
        claims += _better(
            f"{name} at {what}", f"At equal components ensembles of simplexes ({name})", others, own, gains[0], of
        )
    if budget and (others := _at_budget(networks, own)) is not None:
        of, who = (
            f"deep ensemble of as many passes, interpolated - simplexes, {what}",
            f"At equal budget ensembles of simplexes ({name})",
        )
        claims += _better(f"{name} at the budget of {what}", who, others, own, gains[1], of)
    return claims


def _better(name, who, others, own, printed, of):
    return [
        Claim(f"{name}: {score}", others[score] - own[score], above=0, published=printed if score == "error" else (),
              of=f"{unit}: {of}", says=f"{who} are better than deep ensembles.")
        for score, unit in SCORES.items()
    ]  # fmt: skip


def _at_budget(networks, own):
    """The scores of deep ensembles of as many passes, by run; None if that is beyond all of them."""
    found = own[list(SCORES)].copy()
    for run, epochs in own["epochs"].items():
        known = pick(networks, run=run).groupby("size")[["epochs", *SCORES]].mean().sort_values("epochs")
        if epochs > known["epochs"].max():
            return None
        found.loc[run] = [np.interp(epochs, known["epochs"], known[score]) for score in SCORES]
    return found


def mean(table, size):
    """Means over the ensembles of a size, by run."""
    return by_run(pick(table, size=size), [*SCORES, "epochs"])


def _printed(dataset, name, size):
    """The published differences of test errors at equal components and at equal budget; empty if there are none."""
    if dataset is None:
        return (), ()
    rows = numbers("benton2021", table="Figure 8", dataset=dataset, method=["deep ensemble", name])
    rows = rows.assign(size=rows["setting"].str.extract(r"(\d+)", expand=False).astype(int))
    wide = rows.pivot(index=["method", "size"], columns="metric", values="value")
    if (name, size) not in wide.index:
        return (), ()
    networks, own = wide.loc["deep ensemble"], wide.loc[name, size]
    gain = (networks.loc[size] - own)["test_error_percent"] / 100
    if "seconds" not in wide or own["seconds"] > networks["seconds"].max():
        return gain, ()
    at = np.interp(own["seconds"], networks["seconds"], networks["test_error_percent"])
    return gain, (at - own["test_error_percent"]) / 100
