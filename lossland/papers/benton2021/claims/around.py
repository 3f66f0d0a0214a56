"""The claim of Benton et al. 2021 (arXiv 2102.13042) about simplexes around one network, section 5.1, figure 6 and App. B.3.

    highest train error of points inside - highest of the vertices, the network among them

In the paper the faces of such a simplex lie in one region of low loss, of a vision transformer too.
"""

from lossland.papers.benton2021.claims.simplexes import last_stage
from lossland.statistics.tables import Table, by_label
from lossland.statistics.verdicts import Claim, trained


def check(*, inside: Table("inside")) -> list[Claim]:
    """Simplexes of several networks, a label for each way to push."""
    rows = {label: last_stage(part) for label, part in by_label(inside).items()}
    return [
        Claim(f"as low inside as at the vertices: {label}", row["highest"] - row["vertices"], below=0,
              of="train error: worst point found - worst vertex, as a fraction",
              says=f"Inside a simplex around one network ({label}) the train error is nowhere above that of its vertices.",
              presumes=trained(row["vertices"]))
        for label, row in rows.items()
    ]  # fmt: skip
