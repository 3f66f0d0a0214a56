"""The claims of Li et al. 2018 (arXiv 1712.09913) about the line from a small-batch to a large-batch network, section 3.

    w(0), w(1) = how far towards the other end the train nll stays within one nat of that of the network at t = 0 (small batch)
                 and at t = 1 (large batch)

Without weight decay w(0) > w(1), with it w(0) < w(1), while the small batch has the lower test error in both: sharpness along
a line says how large the weights are. The paper shows it in figure 2 for one pair of networks and prints no width. Only inner
sides count, for beyond the ends interpolated variances may fall below zero, where there is no loss.

A short schedule need not show it. Decay shrinks weights by about exp(-lr w n / (1 - momentum)) over n steps, if the gradient
does not hold them up; up to the first drop of the paper's rate the exponent is 29 for its small batch and 0.5 for its large
one. Where it is below one for both, decay has hardly acted, and a network of few large batches may not be trained.
"""

import numpy as np

from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables

CAPTION = """
Each row holds one claim about the line between a network of small batches and one of large batches: the logarithm of the
ratio of how far their basins reach towards each other, for n pairs (mean ± standard deviation). A claim holds if a one-
sided t-test gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the
paper the small batch has the wide basin without weight decay and the sharp one with it, at the lower test error in both.
After a short schedule decay may hardly have acted, and the large batch may not be trained.
"""
INNER = {0.0: "right", 1.0: "left"}


def check(*, plain: Table("basin"), decayed: Table("basin")) -> list[Claim]:
    """Basins with centres 0 and 1 on lines from the small to the large batch, as many without decay (`plain`) as with it."""
    tables = {"plain": plain, "decayed": decayed}
    parts = {
        f"{role} at {c:g}": table[table["centre"] == c].assign(width=lambda rows: rows[side])  # noqa: B023
        for role, table in tables.items()
        for c, side in INNER.items()
    }
    width = {name: np.log(rows["width"]) for name, rows in paired_tables(parts, "train", "nll").items()}
    without, with_decay = (width[f"{role} at 0"] - width[f"{role} at 1"] for role in tables)
    measured = "log of the width at the small batch / at the large batch, each towards the other"
    return [
        Claim(
            name="without decay the small batch is wide",
            says="Trained without weight decay, the small-batch network has the wider basin on "
            "the line to the large-batch one.",
            of=measured,
            values=list(without),
            published=[],
            above=0,
        ),
        Claim(
            name="with decay the small batch is sharp",
            says="Trained with weight decay, the small-batch network has the narrower basin on that line.",
            of=measured,
            values=list(with_decay),
            published=[],
            below=0,
        ),
        Claim(
            name="weight decay turns the order",
            says="Weight decay makes the small-batch network sharper, compared with the large-batch one.",
            of=f"{measured}, without decay - with it",
            values=list(without - with_decay),
            published=[],
            above=0,
        ),
    ]
