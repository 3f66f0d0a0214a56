"""The claims of Fort et al. 2019 (arXiv 1912.02757) about diversity against accuracy, figure 5: subspaces against runs.

    excess   = mean of [d - perturbed(a)] / (1 - a)                                   over the samples that err
    position = mean of [d - perturbed(a)] / mean of [independent(a) - perturbed(a)]   0 on one limit curve, 1 on the other

 of the disagreement d with a reference and the accuracy a of networks; the limit curves are those of
`statistics.diversity_limits`. A run is
a reference: the samples around it, and a pool of networks that begins with it. No network is in two pools. "Far above" the
limit curve is taken as more than half way to independent predictions; this bar is ours.

That samples lie on or below the limit curve is meant literally. A sample that changes doubtful answers first loses less
accuracy than the limit, which changes all answers alike, and lies above it. From the reference's own accuracy on perturbed(a)
is 0, and any disagreement lies above it.
"""

import pandas as pd

from lossland.statistics import diversity_limits
from lossland.statistics.tables import Table, entries, of_test, where
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the plane of accuracy and of disagreement with a reference (figure 5), for n references (mean ±
standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean
lies on the wrong side; else our runs do not decide. By the paper's abstract no subspace makes networks as different as
other initialisations do; that samples lie on or below the curve of a randomly perturbed reference, and independent networks
far above it, is remembered, not confirmed.
"""
HALF_WAY = 0.5


def check(
    *,
    samples: Table("diversity"),
    independent: Table("diversity"),
    kinds: list[list[str]],
) -> list[Claim]:
    """`kinds` lists [subspace, name] of each kind of samples. Run i of each is around the network that run i of `independent`,
    a pool of networks, begins with.

    Raises ValueError where runs are not those of `independent`, or a table is not of the test split.
    """
    samples, independent = of_test(samples, "samples"), of_test(independent, "independent")
    runs = {name: where(samples, subspace=subspace) for subspace, name in entries("kinds", kinds, "subspace", "name")}
    position = together({"independent": _position(independent)} | {name: _position(rows) for name, rows in runs.items()})
    far = Claim(
        name="independent networks lie far above the limit",
        says="Independent networks are far more diverse than a perturbed reference of their accuracy.",
        of="position between the limit curves, 0 perturbed and 1 independent",
        values=list(position["independent"]),
        published=[],
        above=HALF_WAY,
    )
    return [far, *(claim for name in runs for claim in _below(name, _excess(runs[name]), position))]


def _below(name, excess, position):
    return [
        Claim(
            name=f"on or below the limit: {name}",
            says=f"Samples ({name}) are no more diverse than a perturbed reference of their accuracy.",
            of="normalised diversity - that of the perturbed reference, mean over samples",
            values=list(excess),
            published=[],
            below=0,
        ),
        Claim(
            name=f"independent networks lie above: {name}",
            says=f"Independent networks lie further above the limit curve than samples ({name}) do.",
            of="position between the limit curves of independent networks - of samples",
            values=list(position["independent"] - position[name]),
            published=[],
            above=0,
        ),
    ]


def _curve(limit, rows):
    return limit(1 - rows["error"], 1 - rows["reference_error"], rows["classes"])


def _excess(rows):
    above = rows["diversity"] - _curve(diversity_limits.perturbed, rows) / rows["error"]
    return above.groupby(rows["run"]).mean()


def _position(rows):
    low, high = (_curve(limit, rows) for limit in (diversity_limits.perturbed, diversity_limits.independent))
    parts = pd.DataFrame({"above": rows["disagreement"] - low, "range": high - low})
    means = parts.groupby([rows["subspace"], rows["run"]]).mean().droplevel("subspace")
    return means["above"] / means["range"]
