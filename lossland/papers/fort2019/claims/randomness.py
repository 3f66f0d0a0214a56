"""The claims of Fort et al. 2019 (arXiv 1912.02757) about which randomness matters, figure S3: the order of data is enough.

How often the labels of two trainings differ that have in common all of it, the initialisation, the order of the data, or
nothing; a run is a pair. Run i of each kind begins with the same training, and pairs of different runs share no training, no
initialisation and no order of the data: else runs are not independent, and p is too small. Trainings that have all in common
differ by the hardware's own noise, 0 on a machine that repeats itself to the bit: that others differ by more is a check.

In the paper another order makes networks different, another initialisation too makes them more so (as remembered, not
confirmed).
"""

from lossland.options import Fraction
from lossland.papers.fort2019.claims import learned
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Check, Claim

ALIKE = 0.5
KINDS = ("same initialisation", "same order", "both different")


def check(*, disagreement: Table("disagreement"), trained: Table("landscape"), level: Fraction | None = None) -> list[Claim]:
    """Pairs of trainings labelled "same seeds" and as in KINDS."""
    table = pick(disagreement, split="test")
    again, *others = (part["disagreement"] for part in paired(table, "same seeds", *KINDS))
    init, _, different = others
    return [
        Claim("the order of the data is enough", init / different, above=ALIKE, ratio=True,
              because="half: nearer to independent networks than to the same one",
              sampling=of_errors(init, different, examples=table["examples"], ratio=True), presumes=learned(trained, level),
              of="disagreement of trainings from one initialisation / of independent ones",
              says="Another order of the data is enough to make networks as different as with another initialisation too."),
        Check("other seeds make other networks", all((other > again).all() for other in others),
              says="Trainings that differ in a seed differ by more than the same training run again."),
    ]  # fmt: skip
