"""The claims of Fort et al. 2019 (arXiv 1912.02757) about diversity against accuracy, figure 5: subspaces against runs.

Of the disagreement d with a reference and the accuracy a of networks, against the limits of predictions that are perturbed at
random, and of independent ones; a run is a reference.

    excess   = mean of [d - perturbed(a)] / (1 - a)                                   over the samples that err
    position = mean of [d - perturbed(a)] / mean of [independent(a) - perturbed(a)]   0 on one limit curve, 1 on the other

"Far above" the limit curve is taken as more than half way to independent predictions; this bar is ours. That samples lie on or
below the limit curve is meant literally. A sample that changes doubtful answers first loses less accuracy than the limit,
which changes all answers alike, and lies above it. From the reference's own accuracy on perturbed(a) is 0, and any
disagreement lies above it.

In the paper no subspace makes networks as different as other initialisations do (abstract); that samples lie on or below the
curve of a randomly perturbed reference, and independent networks far above it, is remembered, not confirmed.
"""

from lossland.statistics import diversity_limits
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

HALF_WAY = 0.5


def check(*, samples: Table("diversity"), independent: Table("diversity")) -> list[Claim]:
    """`samples` has a label for each kind; run i of each is around the network that run i of `independent`, a pool of networks,
    begins with, and no network is in two pools."""
    kinds = {kind: _above(rows) for kind, rows in by_label(pick(samples, split="test")).items()}
    runs = {"independent": _above(pick(independent, split="test"))} | kinds
    position = together({name: _mean(rows, "above") / _mean(rows, "range") for name, rows in runs.items()})
    far = Claim("independent networks lie far above the limit", position["independent"], above=HALF_WAY,
                of="position between the limit curves, 0 perturbed and 1 independent",
                says="Independent networks are far more diverse than a perturbed reference of their accuracy.")  # fmt: skip
    return [far] + [
        claim
        for kind, rows in kinds.items()
        for claim in (
            Claim(f"on or below the limit: {kind}", _mean(rows, "excess"), below=0,
                  of="normalised diversity - that of the perturbed reference, mean over samples",
                  says=f"Samples ({kind}) are no more diverse than a perturbed reference of their accuracy."),
            Claim(f"independent networks lie above: {kind}", position["independent"] - position[kind], above=0,
                  of="position between the limit curves of independent networks - of samples",
                  says=f"Independent networks lie further above the limit curve than samples ({kind}) do."),
        )
    ]  # fmt: skip


def _above(rows):
    at = 1 - rows["error"], 1 - rows["reference_error"], rows["classes"]
    low, high = (limit(*at) for limit in (diversity_limits.perturbed, diversity_limits.independent))
    return rows.assign(above=rows["disagreement"] - low, range=high - low, excess=rows["diversity"] - low / rows["error"])


def _mean(rows, column):
    return rows.groupby("run")[column].mean()
