"""The claims of Fort et al. 2019 (arXiv 1912.02757), section 5, about images of none of the classes.

The Jensen-Shannon divergence is how much the members of an ensemble differ, at most the log of their number: samples of a
subspace around one network against as many independent networks, for groups of networks none of which is in two groups.

In the paper independent networks differ more (as remembered, not confirmed); what it prints of the divergence is not
confirmed, and is no target here.
"""

from lossland.options import Count
from lossland.papers.fort2019.claims.shift import differing, of_size
from lossland.statistics.tables import Table, by_label
from lossland.statistics.verdicts import Claim


def check(*, samples: Table("outside"), independent: Table("outside"), size: Count) -> list[Claim]:
    """`samples` has a label for each kind; run i of it is around a network of run i of `independent`, a pool of networks."""
    runs = of_size(independent, size)
    return [differing(kind, "other", own, runs) for kind, own in by_label(of_size(samples, size)).items()]
