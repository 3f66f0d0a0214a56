"""The claims of Fort et al. 2019 (arXiv 1912.02757) about which randomness matters, figure S3: the order of data is enough.

How often the labels of two trainings differ that have in common all of it, the initialisation, the order of the data, or
nothing; a run is a pair. Run i of each kind begins with the same training, and pairs of different runs share no training, no
initialisation and no order of the data: else runs are not independent, and p is too small. "As different" is taken as at least
half as different; this bar is ours. Trainings that have all in common differ by the hardware's own noise: this is the floor, 0
on a machine that repeats itself to the bit.

In the paper another order makes networks different, another initialisation too makes them more so (as remembered, not
confirmed).
"""

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

ALIKE = 0.5
OTHER = {
    "same initialisation": "another order",
    "same order": "another initialisation",
    "both different": "another initialisation and order",
}


def check(*, disagreement: Table("disagreement")) -> list[Claim]:
    """Pairs of trainings labelled "same seeds" and as in OTHER."""
    rows = paired(pick(disagreement, split="test"), "same seeds", *OTHER)
    again, *others = (part["disagreement"] for part in rows)
    init, _, different = others
    return [
        Claim("the order of the data is enough", init / different, above=ALIKE,
              of="disagreement of trainings from one initialisation / of independent ones",
              says="Another order of the data alone makes networks as different as another initialisation too."),
        *(
            Claim(f"above the floor: {name}", values - again, above=0,
                  of=f"disagreement with {name} - of one training run twice",
                  says=f"Trainings with {name} differ by more than the same training run again.")
            for name, values in zip(OTHER.values(), others, strict=True)
        ),
    ]  # fmt: skip
