"""The claims of Li et al. 2018 (arXiv 1712.09913) about wider networks, section 6.2: width enlarges the basin.

    log(area of the basin of the widest / of the narrowest)       train nll, one nat above the network

in filter-normalised random planes, run by run, with and without shortcuts. A basin that reaches the edge counts with what is
drawn of it: where the narrowest fills the plane, nothing can be larger, so draw more. A short schedule trains the networks to
different losses, and the basin begins one nat above each.

In the paper (figure 6) wider networks have larger and more convex basins, with shortcuts and without them; it prints no area.
"""

import numpy as np

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(*, basins: Table("basin"), narrow: list[str], wide: list[str]) -> list[Claim]:
    """`narrow` and `wide` are labels of planes, with shortcuts, then without."""
    rows = paired(pick(basins, split="train", quantity="nll"), *narrow, *wide)
    own, without, wide_own, wide_without = (np.log(part["area"]) for part in rows)
    return [
        Claim(f"wider networks, larger basins, {which} shortcuts", ratio, above=0,
              of="log of the area of the basin of the widest network / of the narrowest",
              says=f"Around a wider network {which} shortcuts the basin is larger.")
        for which, ratio in (("with", wide_own - own), ("without", wide_without - without))
    ]  # fmt: skip
