"""The claim of Benton et al. 2021 (arXiv 2102.13042) about curves, section 4.1 and figure 2: all that are drawn stay low.

    share = (highest train nll on the curves drawn - ends) / (highest on the segment - ends),   ends = the higher end

In the paper every curve whose bend is drawn from the Gaussian stays in the region of low loss; it prints no number.
"""

from lossland.papers.benton2021.claims.simplexes import share
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import UNTRAINED, Table, pick
from lossland.statistics.verdicts import Claim, trained

LOW = 0.2


def check(*, curves: Table("landscape"), segments: Table("shape")) -> list[Claim]:
    """Of the same runs: curves of method swag_curve, of which number 0 is the mean, and the segments between their ends."""
    drawn = pick(curves, mark="grid", split="train", quantity="nll")
    found = {"curves": drawn[drawn["u1"] > 0].groupby("run")["value"].max()}
    found |= {q: by_run(pick(segments, split="train", quantity=q)) for q in ("nll", "error")}
    highest, nll, error = together(found).values()
    return [
        Claim("curves drawn stay low", share(highest, nll), below=LOW, because="a fifth of the segment's rise: ours",
              of="share of the train nll: highest point of all curves drawn",
              says="All curves whose bend is drawn from the Gaussian stay far below the barrier of the segment.",
              presumes=trained(error[["start", "end"]], below=UNTRAINED)),
    ]  # fmt: skip
