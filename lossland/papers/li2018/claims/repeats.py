"""The claims of Li et al. 2018 (arXiv 1712.09913) about other random directions, A.4: the shapes repeat.

    x = log half width (train nll, one nat above the network) along one of n directions
    deviation = |x - mean of x| sqrt(n / (n - 1))

of one network of small and one of large batches; runs are seeds of directions, the same for both. Two equal networks would
differ along a direction by as much as the larger of their deviations, on average. The p are of directions: they say nothing of
other trainings. After a short schedule networks may be so alike that they differ by less than directions do.

In the paper (figure 16) lines along ten directions look alike; it prints no spread, and the bar of a fifth is ours.
"""

import numpy as np

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

ALIKE = 0.2


def check(*, basins: Table("basin"), small: str, large: str) -> list[Claim]:
    """`small` and `large` are labels of filter-normalised lines around one network each, one run for each direction.

    Raises ValueError if there is a single direction.
    """
    rows = paired(pick(basins, split="train", quantity="nll"), small, large)
    x = {batch: np.log(part["half_width"]) for batch, part in zip(("small", "large"), rows, strict=True)}
    if (n := len(x["small"])) < 2:
        raise ValueError("small and large are of one direction; name lines along several, ten as in the paper")
    deviation = {batch: (log - log.mean()).abs() * np.sqrt(n / (n - 1)) for batch, log in x.items()}
    apart = (x["small"] - x["large"]).abs() - np.maximum(*deviation.values())
    alike = [
        Claim(f"lines around the {batch}-batch network repeat", deviation[batch], below=ALIKE,
              of="deviation of the log half width from its mean over directions",
              says=f"Around the network of {batch} batches, the half width is about the same along every random direction.")
        for batch in x
    ]  # fmt: skip
    return [
        Claim("along other directions the small batch stays the flatter", x["small"] - x["large"], above=0,
              of="log of the half width at the small batch / at the large batch, along one direction",
              says="Along random directions of other seeds the small-batch network still has the wider basin."),
        *alike,
        Claim("networks differ by more than directions", apart, above=0,
              of="size of the log ratio of their half widths - the larger of their deviations, along one direction",
              says="Two networks differ by more than one does between directions."),
    ]  # fmt: skip
