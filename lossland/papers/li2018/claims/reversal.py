"""The claims of Li et al. 2018 (arXiv 1712.09913) about the line from a small-batch to a large-batch network, section 3.

    w(0), w(1) = how far towards the other end the train nll stays within one nat of that of the network at t = 0 (small batch)
                 and at t = 1 (large batch)

Only inner sides count, for beyond the ends interpolated variances may fall below zero, where there is no loss. A short schedule
need not show the claims: decay shrinks weights by about exp(-lr w n / (1 - momentum)) over n steps, if the gradient does not
hold them up, and up to the first drop of the paper's rate the exponent is 29 for its small batch and 0.5 for its large one.
Where it is below one for both, decay has hardly acted, and a network of few large batches may not be trained.

In the paper (figure 2, one pair of networks, no widths printed) w(0) > w(1) without weight decay and w(0) < w(1) with it, while
the small batch has the lower test error in both: sharpness along a line says how large the weights are.
"""

import numpy as np

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(*, basins: Table("basin"), plain: str, decayed: str) -> list[Claim]:
    """Basins with centres 0 and 1 on lines from the small to the large batch; `plain` and `decayed` are labels of them."""
    rows = pick(basins, split="train", quantity="nll")
    small, large = (paired(pick(rows, centre=end), plain, decayed) for end in (0.0, 1.0))
    without, with_decay = (np.log(a["right"]) - np.log(b["left"]) for a, b in zip(small, large, strict=True))
    measured = "log of the width at the small batch / at the large batch, each towards the other"
    return [
        Claim("without decay the small batch is wide", without, above=0, of=measured,
              says="Trained without weight decay, the small-batch network has the wider basin on the line to the "
                   "large-batch one."),
        Claim("with decay the small batch is sharp", with_decay, below=0, of=measured,
              says="Trained with weight decay, the small-batch network has the narrower basin on that line."),
        Claim("weight decay turns the order", without - with_decay, above=0, of=f"{measured}, without decay - with it",
              says="Weight decay makes the small-batch network sharper, compared with the large-batch one."),
    ]  # fmt: skip
