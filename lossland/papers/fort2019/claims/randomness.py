"""The claims of Fort et al. 2019 (arXiv 1912.02757) about which randomness matters, figure S3: the order of data is enough.

    d(kind) = disagreement of two trainings that have in common: all of it (again), the initialisation, the order, nothing

A run is a pool of two or more trainings; d is the mean over the pairs of a pool. Run i of each kind begins with the same
training, and pools of different runs share no training, no initialisation and no order of the data: else runs are not
independent, and p is too small. "As different" is taken as at least half as different; this bar is ours. Trainings that have
all in common differ by the hardware alone: this is the floor, 0 on a machine that repeats itself to the bit. What figure S3
shows is remembered, not confirmed.
"""

from lossland.statistics.tables import Table, of_test
from lossland.statistics.verdicts import Claim, by_run, together

CAPTION = """
Each row holds one claim about two trainings that share their initialisation, the order of the data, both or neither: how
often their predictions differ, for n pairs (mean ± standard deviation). A claim holds if a one-sided t-test against the bar
gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the paper another
order alone makes networks different, another initialisation too makes them more so, and the floor is the hardware's own noise
(as remembered, not confirmed).
"""
ALIKE = 0.5
NAMES = {"same_init": "another order", "same_order": "another initialisation", "different": "another initialisation and order"}


def check(
    *,
    again: Table("disagreement"),
    same_init: Table("disagreement"),
    same_order: Table("disagreement"),
    different: Table("disagreement"),
) -> list[Claim]:
    """Pools of trainings, one instance for each run.

    Raises ValueError where the runs of the tables are not the same, or a table is not of the test split.
    """
    tables = {"again": again, "same_init": same_init, "same_order": same_order, "different": different}
    d = together({name: by_run(of_test(table, name), "disagreement") for name, table in tables.items()})
    order = Claim(
        name="the order of the data is enough",
        says="Another order of the data alone makes networks as different as another initialisation too.",
        of="disagreement of trainings from one initialisation / of independent ones",
        values=list(d["same_init"] / d["different"]),
        published=[],
        above=ALIKE,
    )
    return [
        order,
        *(
            Claim(
                name=f"above the floor: {name}",
                says=f"Trainings with {name} differ by more than the same training run again.",
                of=f"disagreement with {name} - of one training run twice",
                values=list(d[kind] - d["again"]),
                published=[],
                above=0,
            )
            for kind, name in NAMES.items()
        ),
    ]
