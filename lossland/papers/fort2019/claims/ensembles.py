"""The claims of Fort et al. 2019 (arXiv 1912.02757) about ensembles, figure 7: of runs, of samples around one, of both.

    an ensemble gains     single - independent
    runs gain more        samples - independent
    both gain most        min(samples, independent) - both

Differences of scores (error, Brier, nll; lower is better), above 0 if the claim is true, for each group of networks, none of
which is in two groups. `single` is the mean over all networks of the group, `independent` that over ensembles of several,
`samples` that over ensembles of as many samples of a subspace around one of them, `both` that over as many members, each of
all samples around one network. So `both` averages more networks than the others do.

In the paper ensembles of independent networks gain more than those of a subspace, and both together gain most (as remembered,
not confirmed, and without its numbers).
"""

import numpy as np

from lossland.options import Count
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

SCORES = {"error": "test error, as a fraction", "brier": "Brier score", "nll": "test nll"}


def check(*, independent: Table("ensemble"), samples: Table("ensemble"), both: Table("ensemble"), size: Count) -> list[Claim]:
    """`samples` and `both` have one label for each kind of samples; run i of the three tables is of one group.

    `both` is measured `by: source`, on pools of the samples around each network. Raises ValueError if it was measured by
    network, or runs of the tables are not the same.
    """
    single, ensemble = _scores(independent, 1), _scores(independent, size)
    claims = [
        Claim(f"an ensemble gains: {score}", single[score] - ensemble[score], above=0,
              of=f"{unit}: one network - {size} together",
              says="An ensemble of independent networks is better than one network.")
        for score, unit in SCORES.items()
    ]  # fmt: skip
    for kind, around in by_label(samples).items():
        pools = pick(both, subspace=kind)
        _by_source(pools, kind, size)
        runs = {"independent": ensemble, f"samples of {kind}": _scores(around, size), f"both of {kind}": _scores(pools, size)}
        claims += _compared(kind, size, *together(runs).values())
    return claims


def _compared(kind, size, runs, samples, both):
    return [
        claim
        for score, unit in SCORES.items()
        for claim in (
            Claim(f"runs gain more than {kind}: {score}", samples[score] - runs[score], above=0,
                  of=f"{unit}: {size} samples - {size} independent networks",
                  says=f"At equal size, independent networks together are better than samples of a subspace ({kind})."),
            Claim(f"both gain most, {kind}: {score}", np.minimum(samples[score], runs[score]) - both[score], above=0,
                  of=f"{unit}: the better of both ensembles - {size} subspaces together",
                  says=f"Subspaces ({kind}) around independent networks are better together than either alone."),
        )
    ]  # fmt: skip


def _by_source(pools, kind, size):
    networks = pick(pools, size=size)["members"].str.split().str.len()
    if (networks <= size).any():
        raise ValueError(f"both, of {kind}, has ensembles of {size} with {networks.min()} networks; measure it `by: source`")


def _scores(table, size):
    """Means over the ensembles of a size, by run."""
    return by_run(pick(table, split="test", size=size), list(SCORES))
