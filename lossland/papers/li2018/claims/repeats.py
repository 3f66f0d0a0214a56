"""The claims of Li et al. 2018 (arXiv 1712.09913) about other random directions, A.4: the shapes repeat.

    x = log half width (train nll, one nat above the network) along one of n directions
    deviation = |x - mean of x| sqrt(n / (n - 1))

of one network of small and one of large batches; runs are seeds of directions, the same for both, ten in the paper. The paper
overlays lines (figure 16) and prints no spread; the bar of a fifth is ours. Two equal networks would differ along a direction
by as much as the larger of their deviations, on average. The p are of directions: they say nothing of other trainings. After
a short schedule networks may be so alike that they differ by less than directions do.
"""

import numpy as np

from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables

CAPTION = """
Each row holds one claim about the lines around two networks, of small and of large batches, along n random directions (mean
± standard deviation over directions). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not
hold if our mean lies on the wrong side; else our directions do not decide. In the paper lines along ten directions look alike.
"""
ALIKE = 0.2


def check(*, small: Table("basin"), large: Table("basin")) -> list[Claim]:
    """Basins on filter-normalised lines around one network each, one run for each seed of the direction.

    Raises ValueError where there is a single direction.
    """
    rows = paired_tables({"small": small, "large": large}, "train", "nll")
    n = len(rows["small"])
    if n < 2:
        raise ValueError("small and large are of one direction; name lines along several, ten as in the paper")
    width = {batch: np.log(part["half_width"]) for batch, part in rows.items()}
    deviation = {batch: (x - x.mean()).abs() * np.sqrt(n / (n - 1)) for batch, x in width.items()}
    apart = (width["small"] - width["large"]).abs() - np.maximum(*deviation.values())
    alike = [
        Claim(
            name=f"lines around the {batch}-batch network repeat",
            says=f"Around the network of {batch} batches, the half width is about the same along every random direction.",
            of="deviation of the log half width from its mean over directions",
            values=list(deviation[batch]),
            published=[],
            below=ALIKE,
        )
        for batch in width
    ]
    return [
        Claim(
            name="along other directions the small batch stays the flatter",
            says="Along random directions of other seeds the small-batch network still has the wider basin.",
            of="log of the half width at the small batch / at the large batch, along one direction",
            values=list(width["small"] - width["large"]),
            published=[],
            above=0,
        ),
        *alike,
        Claim(
            name="networks differ by more than directions",
            says="Two networks differ by more than one does between directions.",
            of="size of the log ratio of their half widths - the larger of their deviations, along one direction",
            values=list(apart),
            published=[],
            above=0,
        ),
    ]
