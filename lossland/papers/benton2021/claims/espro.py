"""The claims of Benton et al. 2021 (arXiv 2102.13042) about ESPRO, figures 8 and 9: simplexes against deep ensembles.

    equal components   error(n networks) - error(n simplexes)            above 0 if the simplexes are better
    equal budget       error(networks for as many passes) - error(n simplexes)

A component is a network, or a simplex of low loss around the same network. A pass is one through the training data, all points
of a step counted; at a budget between those of n and n + 1 networks the error of the deep ensemble is interpolated linearly.
Errors are compared example by example, so that the choice of the test examples counts for what it leaves open.

In the paper a simplex has a lower test error at equal components and at equal time; it shows one run, without error bars,
whose differences and errors are the published values. Its abstract says that simplexes are better calibrated, too: here at
fitted temperatures, for more members make less sure.
"""

from typing import Literal

import numpy as np
import pandas as pd

from lossland.options import Count
from lossland.papers.benton2021.claims import calibration
from lossland.papers.published import numbers
from lossland.statistics.runs import each_example, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, as_published, scored, trained

EXAMPLES = 10_000  # of the test sets of CIFAR


def check(
    *,
    independent: Table("by_example"),
    simplexes: Table("by_example"),
    ensembles: Table("ensemble"),
    networks: Table("ensemble"),
    sizes: list[Count] = (1,),
    budgets: list[Count] = (1,),
    dataset: Literal["CIFAR-10", "CIFAR-100"] | None = None,
) -> list[Claim]:
    """`simplexes` have one label, around the networks of `independent`, which on the training data are `networks`; `ensembles`
    are of both, `independent` first. `sizes` and `budgets` are the numbers of components that are compared at equal components,
    and at equal budget; nothing is said of a budget beyond the largest deep ensemble. `dataset` chooses what is published, of a
    label that is the paper's."""
    name, presumes = simplexes["subspace"].iloc[0], trained(networks["error"])
    printed, claims = _printed(dataset, name), []
    for size in sorted({*sizes, *budgets}):
        rows, what = pick(simplexes, size=size), _components(size)
        for how, at in (("equal components", size in sizes), ("equal budget", size in budgets)):
            theirs = _at_budget(independent, rows) if how == "equal budget" else _errors(independent, size)
            if at and theirs is not None:
                found = together({"independent": theirs, name: _errors(rows, size)})
                claims.append(scored(
                    f"simplexes are better: {what}, {how}", found["independent"] - found[name], above=0, presumes=presumes,
                    published=printed.get((how, size), ()), of=f"test error, as a fraction: deep ensemble - {name}, {what}",
                    says=f"At {how} ensembles of simplexes err less than deep ensembles."))  # fmt: skip
    at = {size: [pick(rows, size=size) for rows in by_label(ensembles).values()] for size in sizes}
    found = {_components(size): calibration(*rows, examples=ensembles["examples"]) for size, rows in at.items()}
    claims.append(Claim(
        "simplexes are better calibrated", {part: better for part, (better, _) in found.items()}, above=0, presumes=presumes,
        sampling={part: luck for part, (_, luck) in found.items()},
        of=f"calibration error at fitted temperatures, as a fraction: deep ensemble - {name}",
        says="At equal components ensembles of simplexes are better calibrated than deep ensembles."))  # fmt: skip
    return claims + [_as_published(label, table, max(sizes), printed, presumes)
                     for label, table in (("deep ensemble", independent), (name, simplexes))
                     if (label, max(sizes)) in printed]  # fmt: skip


def _as_published(label, table, size, printed, presumes):
    errors = _errors(table, size)
    return as_published(f"test error of {size}: {label}", errors.mean(axis=1), printed[label, size], examples=EXAMPLES,
                        sampling=errors.to_numpy(), of="test error, as a fraction", presumes=presumes,
                        says=f"The test error of {size} components ({label}) is that of the paper.")  # fmt: skip


def _components(size):
    return f"{size} component{'s' * (size > 1)}"


def _errors(table, size):
    return each_example(pick(table, size=size), "error")


def _at_budget(networks, own):
    """The errors of deep ensembles of as many passes, by run and example; None if that is beyond all of them."""
    found = {}
    for run, budget in own.groupby("run")["epochs"].first().items():
        known = pick(networks, run=run).pivot(index="epochs", columns="example", values="error")
        if budget > known.index.max():
            return None
        found[run] = known.reindex(sorted({*known.index, budget})).interpolate(method="index").loc[budget]
    return pd.DataFrame(found).T


def _printed(dataset, name):
    """(equal components or budget, size) -> published difference of test errors, (label, size) -> published error."""
    rows = numbers("benton2021", table="Figure 8", dataset=dataset or "none", method=["deep ensemble", name])
    rows = rows.assign(size=rows["setting"].str.extract(r"(\d+)", expand=False).astype(int))
    if name not in set(rows["method"]):
        return {}
    wide = rows.pivot(index=["metric", "size"], columns="method", values="value")
    errors = wide.loc["test_error_percent"] / 100
    found = {(label, size): error for label in errors for size, error in errors[label].items()}
    found |= {("equal components", size): row["deep ensemble"] - row[name] for size, row in errors.iterrows()}
    for size, row in wide.loc["seconds"].iterrows() if "seconds" in wide.index else ():
        if row[name] <= (seconds := wide.loc["seconds", "deep ensemble"]).max():
            found["equal budget", size] = np.interp(row[name], seconds, errors["deep ensemble"]) - errors.loc[size, name]
    return found
