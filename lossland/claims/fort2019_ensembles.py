"""The claims of Fort et al. 2019 (arXiv 1912.02757) about ensembles, figure 7: of runs, of samples around one, of both.

    single - ensemble is what an ensemble gains; from one `single`, the greater gain is the lower score of the ensemble

A run is a group of networks, none of which is in two groups. Run i of the tables: `independent` is of the pool of its networks,
`subspace` of the samples around one of them, `both` of the pool of the samples around each of them, by source. All three have
`size` members, in `both` each of them the samples of one source; a score is the mean over all subsets of that size. What is
confirmed of the paper prints no number of these.
"""

from typing import Annotated

import numpy as np
import pandas as pd

from lossland.claim import Claim, together
from lossland.options import Count
from lossland.sheets import entries, of_test, where

CAPTION = """
Each row holds one claim about ensembles of equal size, of independent networks, of samples of a subspace around one of them,
or of such subspaces around each, for n groups of networks (mean ± standard deviation). A claim holds if a one-sided t-test
against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the
paper ensembles of independent networks gain more than those of a subspace, and both together gain most.
"""
SCORES = {"error": "test error, as a fraction", "brier": "Brier score", "nll": "test nll"}


def check(
    *,
    independent: Annotated[pd.DataFrame, "ensemble"],
    subspace: Annotated[pd.DataFrame, "ensemble"],
    both: Annotated[pd.DataFrame, "ensemble"],
    size: Count,
    kinds: list[list[str]],
) -> list[Claim]:
    """`kinds` lists [subspace, pool, name] of each kind of samples: what `subspace` has of it, and what `both` has.

    `both` is measured `by: source`. Raises ValueError where the runs of the tables are not the same, or a table is not of the
    test split.
    """
    independent, subspace = of_test(independent, "independent"), of_test(subspace, "subspace")
    both = of_test(both, "both")
    single, ensemble = _scores(independent, 1), _scores(independent, size)
    claims = [
        Claim(
            f"an ensemble gains: {score}",
            "An ensemble of independent networks is better than one network.",
            f"{unit}: one network - {size} together",
            list(single[score] - ensemble[score]),
            [],
            above=0,
        )
        for score, unit in SCORES.items()
    ]
    for samples, pool, name in entries("kinds", kinds, "subspace", "pool", "name"):
        tables = {samples: where(subspace, subspace=samples), pool: where(both, subspace=pool)}
        scores = together({"independent": ensemble} | {n: _scores(rows, size) for n, rows in tables.items()})
        claims += _compared(name, size, scores["independent"], scores[samples], scores[pool])
    return claims


def _compared(name, size, independent, subspace, both):
    return [
        claim
        for score, unit in SCORES.items()
        for claim in (
            Claim(
                f"runs gain more than {name}: {score}",
                f"At equal size, independent networks together are better than samples of a subspace ({name}).",
                f"{unit}: {size} samples - {size} independent networks",
                list(subspace[score] - independent[score]),
                [],
                above=0,
            ),
            Claim(
                f"both gain most, {name}: {score}",
                f"Subspaces ({name}) around independent networks are better together than either alone.",
                f"{unit}: the better of both ensembles - {size} subspaces together",
                list(np.minimum(subspace[score], independent[score]) - both[score]),
                [],
                above=0,
            ),
        )
    ]


def _scores(table, size):
    """Means over the ensembles of a size, by run. Raises ValueError where there are none."""
    rows = table[table["size"] == size]
    if rows.empty:
        names = ", ".join(table["subspace"].unique()) or "a table"
        raise ValueError(f"{names} has no ensembles of size {size}; measure that size, or name another")
    return rows.groupby(["subspace", "run"])[list(SCORES)].mean().droplevel("subspace")
