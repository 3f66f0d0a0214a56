"""The claims of Li et al. 2018 (arXiv 1712.09913) about wider networks, section 6.2: width enlarges the basin.

    log(area of the basin of the widest / of the narrowest)       train nll, one nat above the network

in filter-normalised random planes, run by run, with and without shortcuts (figure 6). The paper prints no area. A basin that
reaches the edge counts with what is drawn of it: where the narrowest fills the plane, nothing can be larger, so draw more.
A short schedule trains the networks to different losses, and the basin begins one nat above each.
"""

import numpy as np

from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables

CAPTION = """
Each row holds one claim about the basins of the narrowest and the widest network: the logarithm of the ratio of their areas
in filter-normalised planes, for n pairs (mean ± standard deviation). A claim holds if a one-sided t-test against zero gives p
below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the paper wider networks have
larger and more convex basins, with shortcuts and without them.
"""


def check(
    *,
    narrow: Table("basin"),
    wide: Table("basin"),
    narrow_noshort: Table("basin"),
    wide_noshort: Table("basin"),
) -> list[Claim]:
    """Basins on planes around as many networks of each kind."""
    tables = {"narrow": narrow, "wide": wide, "narrow_noshort": narrow_noshort, "wide_noshort": wide_noshort}
    area = {name: np.log(rows["area"]) for name, rows in paired_tables(tables, "train", "nll").items()}
    return [
        Claim(
            name=f"wider networks, larger basins, {which} shortcuts",
            says=f"Around a wider network {which} shortcuts the basin is larger.",
            of="log of the area of the basin of the widest network / of the narrowest",
            values=list(area[f"wide{suffix}"] - area[f"narrow{suffix}"]),
            published=[],
            above=0,
        )
        for suffix, which in (("", "with"), ("_noshort", "without"))
    ]
