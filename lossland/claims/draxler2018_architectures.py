"""The claims of Draxler et al. 2018 (arXiv 1803.00885) about architectures, figure 5 and Table B.1: deeper, wider, lower.

    rise = highest value on a band (refined) - mean of its two minima          of train nll and of test error

at a shallower (narrower) network - at a deeper (wider) one. The architectures have minima of their own; of the bands of each
minimum spanning tree those that share no minimum are compared one by one in their order, as many as both have. The paper's
table is not known to us, so the claims are of order.
"""

from typing import Annotated

import pandas as pd

from lossland.claim import Claim, unshared
from lossland.minima import tree_rows
from lossland.sheets import entries, pooled, risen

CAPTION = """
Each row compares the bands of two architectures: how far the saddle lies above its two minima in the smaller network, less
the same in the larger one (mean ± standard deviation over n pairs of bands; no two bands of an architecture share a minimum).
A claim holds if a one-sided t-test against 0 gives p below 0.05; it does not hold if our mean lies on the wrong side; else
our runs do not decide. In the paper saddles come closer to the minima in deeper and in wider networks.
"""
SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}


def check(*, bands: Annotated[pd.DataFrame, "saddles"], titles: list[list[str]], compared: list[list[str]]) -> list[Claim]:
    """`titles` lists [band, title]; bands of one title are of one architecture, and their paths join one set of minima.
    `compared` lists [title of the smaller network, title of the larger, what is larger]. Raises ValueError for another title.
    """
    networks, claims = pooled(bands, titles, "bands"), []
    for small, large, what in entries("compared", compared, "smaller", "larger", "what is larger"):
        if unknown := {small, large} - networks.keys():
            raise ValueError(f"compared names {min(unknown)}, which is no title; name two of {', '.join(networks)}")
        for (split, quantity), unit in SCORES.items():
            rise = [unshared(risen(tree_rows(networks[title], split, quantity)))["rise"] for title in (small, large)]
            claims.append(
                Claim(
                    f"lower saddles, {what}: {split} {quantity}",
                    f"A saddle lies less far above its minima where the network is larger ({what}).",
                    f"{unit}: rise from the minima to the saddle, in the smaller network - in the larger",
                    [a - b for a, b in zip(*rise, strict=False)],
                    [],
                    above=0,
                )
            )
    return claims
