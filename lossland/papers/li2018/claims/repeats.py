"""The claims of Li et al. 2018 (arXiv 1712.09913) about other random directions, A.4: the shapes repeat.

    x = log half width (train nll, one nat above the network) along one of n directions
    deviation = |x - mean of x| sqrt(n / (n - 1))

of one network of small and one of large batches; runs are seeds of directions, the same for both. Along a direction two equal
networks would differ by sqrt(2) times the deviation of either, on average. The p are of directions: they say nothing of other
trainings.

In the paper (figure 16) lines along ten directions look alike; it prints no spread.
"""

import numpy as np

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim, trained


def check(*, basins: Table("basin"), lines: Table("landscape"), small: str, large: str) -> list[Claim]:
    """`small` and `large` are labels of filter-normalised lines around one network each, one run for each direction; `lines`
    have the errors of these networks.

    Raises ValueError if there is a single direction.
    """
    rows = paired(pick(basins, split="train", quantity="nll"), small, large)
    x = {batch: np.log(part["half_width"]) for batch, part in zip(("small", "large"), rows, strict=True)}
    away = {batch: deviation(log) for batch, log in x.items()}
    errors = where(lines, mark="centre", split="train", quantity="error")
    both = trained(errors["value"])
    return [
        Claim("along other directions the small batch stays the flatter", np.exp(x["small"] - x["large"]), above=1, ratio=True,
              presumes=both, of="half width at the small batch / at the large batch, along one direction",
              says="Along random directions of other seeds the small-batch network still has the wider basin."),
        Claim("lines repeat along other directions",
              {f"around the {b} batch": (x["small"] - x["large"]).abs() - 2**0.5 * away[b] for b in x}, above=0,
              presumes=both, of="size of the log ratio of half widths - sqrt(2) times the deviation of one",
              says="Two directions around a network differ by less than the two networks do."),
    ]  # fmt: skip


def deviation(x):
    """|x - mean| of each of n numbers, as large on average as that from a mean that is known. Raises ValueError if n is 1."""
    if (n := len(x)) < 2:
        raise ValueError("there is a single direction; draw several, ten as in the paper")
    return (x - x.mean()).abs() * np.sqrt(n / (n - 1))
