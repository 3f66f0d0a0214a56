"""The claims of Fort et al. 2019 (arXiv 1912.02757) about ensembles, figure 7: of runs, of samples around one, of both.

    an ensemble gains     single - independent
    runs gain more        subspace - independent
    both gain most        min(subspace, independent) - both

Differences of scores (error, Brier, nll; lower is better), above 0 where the claim is true, for each run: a group of networks,
none of which is in two groups. `single` is the mean over all networks of the group, `independent` the mean over ensembles of
`size` of them, `subspace` that of `size` samples around one of them, `both` that of `size` sources, each of which has as one
member all samples around one network. So `both` averages more networks than the others do. The claims are the paper's as
remembered, not confirmed, and without its numbers.
"""

import numpy as np

from lossland.options import Count
from lossland.statistics.tables import Table, entries, of_test, where
from lossland.statistics.verdicts import Claim, by_run, together

CAPTION = """
Each row holds one claim about ensembles of equal size, of independent networks, of samples of a subspace around one of them,
or of such subspaces around each, for n groups of networks (mean ± standard deviation). A claim holds if a one-sided t-test
against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the
paper ensembles of independent networks gain more than those of a subspace, and both together gain most (as remembered, not
confirmed).
"""
SCORES = {"error": "test error, as a fraction", "brier": "Brier score", "nll": "test nll"}


def check(
    *,
    independent: Table("ensemble"),
    subspace: Table("ensemble"),
    both: Table("ensemble"),
    size: Count,
    kinds: list[list[str]],
) -> list[Claim]:
    """`kinds` lists [subspace, pool, name] of each kind of samples: what `subspace` has of it, and what `both` has.

    Run i of the three tables is of one group. `both` is measured `by: source`, on pools of the samples around each network.
    Raises ValueError where it was measured by network, runs of the tables are not the same, or one is not of the test split.
    """
    independent, subspace = of_test(independent, "independent"), of_test(subspace, "subspace")
    both = of_test(both, "both")
    single, ensemble = _scores(independent, 1), _scores(independent, size)
    claims = [
        Claim(
            name=f"an ensemble gains: {score}",
            says="An ensemble of independent networks is better than one network.",
            of=f"{unit}: one network - {size} together",
            values=list(single[score] - ensemble[score]),
            published=[],
            above=0,
        )
        for score, unit in SCORES.items()
    ]
    for samples, pool, name in entries("kinds", kinds, "subspace", "pool", "name"):
        tables = {samples: where(subspace, subspace=samples), pool: _by_source(where(both, subspace=pool), pool, size)}
        scores = together({"independent": ensemble} | {n: _scores(rows, size) for n, rows in tables.items()})
        claims += _compared(name, size, scores["independent"], scores[samples], scores[pool])
    return claims


def _compared(name, size, independent, subspace, both):
    return [
        claim
        for score, unit in SCORES.items()
        for claim in (
            Claim(
                name=f"runs gain more than {name}: {score}",
                says=f"At equal size, independent networks together are better than samples of a subspace ({name}).",
                of=f"{unit}: {size} samples - {size} independent networks",
                values=list(subspace[score] - independent[score]),
                published=[],
                above=0,
            ),
            Claim(
                name=f"both gain most, {name}: {score}",
                says=f"Subspaces ({name}) around independent networks are better together than either alone.",
                of=f"{unit}: the better of both ensembles - {size} subspaces together",
                values=list(np.minimum(subspace[score], independent[score]) - both[score]),
                published=[],
                above=0,
            ),
        )
    ]


def _by_source(table, pool, size):
    networks = table.loc[table["size"] == size, "members"].str.split().str.len()
    if (networks <= size).any():
        raise ValueError(f"both, of {pool}, has ensembles of {size} with {networks.min()} networks; measure it `by: source`")
    return table


def _scores(table, size):
    """Means over the ensembles of a size, by run. Raises ValueError where there are none."""
    rows = table[table["size"] == size]
    if rows.empty:
        names = ", ".join(table["subspace"].unique()) or "a table"
        raise ValueError(f"{names} has no ensembles of size {size}; measure that size, or name another")
    return by_run(rows, list(SCORES))
