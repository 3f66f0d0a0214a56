"""The claim of Li et al. 2018 (arXiv 1712.09913) about other random planes, A.4, figure 17: they look alike too.

    x = log radius of the basin (train nll, one nat above the network) in one of n planes
    deviation = |x - mean of x| sqrt(n / (n - 1))

of one network; runs are planes, and the p says nothing of other trainings. In the paper, around ResNet-56 without shortcuts,
all planes are chaotic; it prints no spread. Within its one plane around ResNet-56 the two axes differ: read by eye, the
contour of 0.1 is 0.55 wide and 0.49 high.
"""

import numpy as np

from lossland.papers.li2018.claims.repeats import deviation
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim, trained

AXES = np.log(0.55 / 0.49)


def check(*, basins: Table("basin"), surfaces: Table("landscape")) -> list[Claim]:
    """One label for each plane; `surfaces` have the error of the network. Raises ValueError if there is a single plane."""
    rows = pick(basins, split="train", quantity="nll")
    errors = where(surfaces, mark="centre", split="train", quantity="error")["value"]
    return [
        Claim("planes repeat", deviation(np.log(rows["half_width"])), below=AXES,
              because="the logarithm by which two axes of a plane of the paper differ",
              presumes=trained(errors),
              of="deviation of the log radius of the basin from its mean over planes",
              says="In other random planes the basin of a network is about as large."),
    ]  # fmt: skip
