"""The claims of Fort et al. 2019 (arXiv 1912.02757), section 5, about images of none of the classes.

The Jensen-Shannon divergence is how much the members of an ensemble differ, at most the log of their number: samples of a
subspace around one network against as many independent networks, for groups of networks none of which is in two groups. A
claim about samples is about each kind of them.

In the paper independent networks differ more (as remembered, not confirmed); what it prints of the divergence is not
confirmed, and is no target here. SWAG is ours.
"""

from lossland.options import Count, Fraction
from lossland.papers.fort2019.claims import about, families
from lossland.papers.fort2019.claims.shift import differing
from lossland.statistics.runs import by_block, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim


def check(
    *,
    samples: Table("outside"),
    independent: Table("outside"),
    trained: Table("landscape"),
    size: Count,
    level: Fraction | None = None,
) -> list[Claim]:
    """`samples` has a label for each kind; run i of it is around a network of run i of `independent`, a pool of networks."""
    runs, claims = by_block(pick(independent, size=size), "js"), []
    kinds = {kind: by_block(own, "js") for kind, own in by_label(pick(samples, size=size)).items()}
    together({"independent": runs} | kinds)
    for family, members in families(kinds).items():
        js = {kind: runs - own for kind, own in members.items()}
        claims.append(differing(family, "other", js, about(family, trained, level)))
    return claims
