"""The claims of Fort et al. 2019 (arXiv 1912.02757) about diversity against accuracy, figures 5 and S5: subspaces against runs.

Of the disagreement d with a reference and the accuracy a of networks, against the limits of predictions that are perturbed at
random, and of independent ones; a run is a reference, with the samples of all kinds around it.

    position = mean of [d - perturbed(a)] / mean of [independent(a) - perturbed(a)]   0 on one limit curve, 1 on the other
    gamma    the exponent of the family of limits that is nearest to the samples, 1 on the limit curve of perturbed predictions

Right answers are replaced with probability p, wrong ones with p^gamma: below 1, doubtful answers change first, which costs
less accuracy, and samples lie above the curve.

In the paper no subspace makes networks as different as other initialisations do (abstract); that independent networks lie far
above the curve of a perturbed reference, and that 0.22 fits samples around a ResNet20v1, is remembered, not confirmed. That
samples lie on or below that curve, which is remembered too, would be a gamma of 1 or more.
"""

import numpy as np
import pandas as pd

from lossland.options import Fraction
from lossland.papers.fort2019.claims import learned
from lossland.statistics import diversity_limits
from lossland.statistics.runs import jackknife, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

HALF_WAY, RUNS = 0.5, "independent networks"


def check(
    *,
    samples: Table("diversity"),
    independent: Table("diversity"),
    trained: Table("landscape"),
    level: Fraction | None = None,
) -> list[Claim]:
    """`samples` has a label for each kind; run i of each is around the network that run i of `independent`, a pool of networks,
    begins with, and no network is in two pools. Both are measured with blocks of examples."""
    samples, independent = (pick(table, split="test") for table in (samples, independent))
    table, kinds = pd.concat([independent.assign(subspace=RUNS), samples]), list(by_label(samples))
    found = together({label: position(rows) for label, rows in by_label(pick(table, block=0)).items()})

    def ahead(kind):
        return lambda rows: position(pick(rows, subspace=RUNS)) - position(pick(rows, subspace=kind))

    presumes = learned(trained, level)
    return [
        Claim("independent networks lie far above the limit", found[RUNS], above=HALF_WAY,
              because="nearer to independent predictions than to perturbed ones", presumes=presumes,
              sampling=jackknife(independent, position),
              of="position between the limit curves, 0 perturbed and 1 independent",
              says="Independent networks are far more diverse than a perturbed reference of their accuracy."),
        Claim("independent networks lie above all samples", {kind: found[RUNS] - found[kind] for kind in kinds}, above=0,
              sampling={kind: jackknife(table, ahead(kind)) for kind in kinds}, presumes=presumes,
              of="position between the limit curves of independent networks - of samples",
              says="Independent networks lie further above the limit curve than samples of any subspace do."),
        Claim("doubtful answers change first", exponent(pick(samples, block=0)), below=1, ratio=True, presumes=presumes,
              sampling=jackknife(samples, lambda rows: np.log(exponent(rows))),
              of="gamma of the samples of all subspaces around a network",
              says="Samples lie above the curve of a perturbed reference, by an exponent gamma below 1."),
    ]  # fmt: skip


def position(rows) -> pd.Series:
    """By run: 0 where networks are as different as a perturbed reference, 1 where they are as different as independent ones."""
    at = 1 - rows["error"], 1 - rows["reference_error"], rows["classes"]
    low, high = (limit(*at) for limit in (diversity_limits.perturbed, diversity_limits.independent))
    means = rows.assign(above=rows["disagreement"] - low, range=high - low).groupby("run")[["above", "range"]].mean()
    return means["above"] / means["range"]


def exponent(rows) -> pd.Series:
    """The fitted gamma by run."""
    found = {
        run: diversity_limits.fitted_gamma(
            1 - own["error"], own["disagreement"], 1 - own["reference_error"], own["classes"].iloc[0]
        )
        for run, own in rows.groupby("run")
    }
    return pd.Series(found, name="gamma").rename_axis("run")
