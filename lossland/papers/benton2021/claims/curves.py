"""The claim of Benton et al. 2021 (arXiv 2102.13042) about curves, section 4.1 and figure 2: all that are drawn stay low.

In the paper every curve whose bend is drawn from the Gaussian stays in the region of low loss; it prints no number. Taken is
the highest train error on all curves drawn, where networks on the segment between their ends are worse.
"""

from lossland.papers.benton2021.claims.simplexes import BAR, no_barrier
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained


def check(*, curves: Table("landscape"), segments: Table("shape")) -> list[Claim]:
    """Of the same runs: curves of method swag_curve, of which number 0 is the mean, and the segments between their ends."""
    drawn = pick(curves, mark="grid", split="train", quantity="error")
    highest = drawn[drawn["u1"] > 0].groupby("run")["value"].max()
    highest, segment = together(
        {"curves": highest, "segments": by_run(pick(segments, split="train", quantity="error"))}
    ).values()
    return [
        Claim("curves drawn stay low", highest, **BAR, of="highest train error on all curves drawn, as a fraction",
              says="All curves whose bend is drawn from the Gaussian have a low train error, where the segment has not.",
              presumes=trained(segment[["start", "end"]]) or no_barrier(segment["max"])),
    ]  # fmt: skip
