"""The claims of Draxler et al. 2018 (arXiv 1803.00885), figure 4: the cycles of AutoNEB bring the path down from the segment.

    height(c) = highest train nll on the path after c cycles         at the points of the dense evaluation; c = 0: the segment

A run is a band between two minima. In the paper (14 cycles) the path comes down from the barrier of the segment to a plateau,
and later cycles still lower it.
"""

from lossland.options import Fraction
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, trained


def check(*, cycles: Table("cycles"), level: Fraction | None = None) -> list[Claim]:
    """The first cycle and all others together are two parts of the claim, for each label."""
    parts = {}
    for label, rows in by_label(cycles).items():
        heights = rows.groupby(["cycle", "run"])["nll"].max().unstack("cycle")
        first, last = heights.columns[[1, -1]]
        parts[f"{label}, cycle {first}"] = heights[first] / heights[0]
        if last > first:
            parts[f"{label}, the cycles after"] = heights[last] / heights[first]
    minima = pick(cycles, cycle=0, share=[0.0, 1.0])["error"].dropna()  # none of a task without errors, which presumes nothing
    return [
        Claim("cycles lower the path", parts, ratio=True, below=1, presumes=trained(minima, below=level),
              of="highest train nll on the path, after / before",
              says="The first cycle brings the path down from the segment, and the later ones lower it further.")
    ]  # fmt: skip
