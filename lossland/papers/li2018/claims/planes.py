"""The claim of Li et al. 2018 (arXiv 1712.09913) about other random planes, A.4, figure 17: they look alike too.

    x = log radius of the basin (train nll, one nat above the network) in one of n planes

of one network. Its standard deviation is tested by chi-square; runs are planes, and the p says nothing of other trainings. In
the paper, around ResNet-56 without shortcuts,
all planes are chaotic; it prints no spread. Within its one plane around ResNet-56 the two axes differ: read by eye, the
contour of 0.1 is 0.55 wide and 0.49 high.
"""

from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim, trained

AXES = 0.55 / 0.49


def check(*, basins: Table("basin"), surfaces: Table("landscape")) -> list[Claim]:
    """One label for each plane; `surfaces` have the error of the network."""
    rows = pick(basins, split="train", quantity="nll")
    errors = where(surfaces, mark="centre", split="train", quantity="error")["value"]
    return [
        Claim("planes repeat", rows["half_width"], deviation=True, ratio=True, below=AXES,
              because="the factor by which two axes of a plane of the paper differ",
              presumes=trained(errors),
              of="standard deviation of the radius of the basin over planes, as a factor",
              says="In other random planes the basin of a network is about as large."),
    ]  # fmt: skip
