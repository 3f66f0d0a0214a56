"""The claim of Garipov et al. 2018 (arXiv 1802.10026) about what the training of a curve costs (A.1).

An epoch of a curve is said to take usually less than half more time than one of a network. Here steps of both are timed in
turn, and the fastest are compared, for what else the machine does only makes them slower.
"""

from lossland.papers.published import numbers
from lossland.statistics.runs import by_run
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(*, seconds: Table("seconds")) -> list[Claim]:
    """`seconds` of curves."""
    bound = 1 + numbers("garipov2018", table="Sec. A.1")["value"].item() / 100
    return [
        Claim("time of an epoch of a curve", by_run(pick(seconds, index=0))["overhead"], ratio=True, below=bound,
              because="printed as a bound", published=bound, of="seconds of the fastest step of a curve / of a network",
              says="An epoch of training a curve takes less than half more time than one of training a network."),
    ]  # fmt: skip
