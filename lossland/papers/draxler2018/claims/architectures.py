"""The claims of Draxler et al. 2018 (arXiv 1803.00885) about architectures, figure 5 and Table B.1: deeper, wider, lower.

    rise = highest value on a band (refined) - mean of its two minima          of train nll and of test error

mean at a shallower (narrower) network - mean at a deeper (wider) one, over those bands of each minimum spanning tree that share
no minimum. The architectures have minima of their own, so that their bands do not go in pairs: the test is Welch's. The paper's
table is not known to us, so the claims are of order.
"""

from lossland.statistics.saddle_graph import tree_rows
from lossland.statistics.tables import Table, entries, pooled, risen
from lossland.statistics.verdicts import Claim, unshared

CAPTION = """
Each row compares the bands of two architectures: how far the saddle lies above its two minima in the smaller network, less
the same in the larger one (difference of the means ± root of the sum of both variances; n is the smaller number of bands, no
two of an architecture share a minimum). A claim holds if Welch's one-sided t-test against 0 gives p below 0.05; it does not
hold if our mean lies on the wrong side; else our runs do not decide. In the paper saddles come closer to the minima in
deeper and in wider networks.
"""
SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}


def check(*, bands: Table("saddles"), titles: list[list[str]], compared: list[list[str]]) -> list[Claim]:
    """`titles` lists [band, title]; bands of one title are of one architecture, and their paths join one set of minima.
    `compared` lists [title of the smaller network, title of the larger, what is larger]. Raises ValueError for another title.
    """
    networks, claims = pooled(bands, titles, "bands"), []
    for small, large, what in entries("compared", compared, "smaller", "larger", "what is larger"):
        if unknown := {small, large} - networks.keys():
            raise ValueError(f"compared names {min(unknown)}, which is no title; name two of {', '.join(networks)}")
        for (split, quantity), unit in SCORES.items():
            less, more = [
                list(unshared(risen(tree_rows(networks[title], split, quantity)))["rise"]) for title in (large, small)
            ]
            claims.append(
                Claim(
                    name=f"lower saddles, {what}: {split} {quantity}",
                    says=f"A saddle lies less far above its minima where the network is larger ({what}).",
                    of=f"{unit}: rise from the minima to the saddle, in the smaller network - in the larger: "
                    f"mean difference, n = {len(more)} and {len(less)}",
                    values=more,
                    published=[],
                    above=0,
                    less=less,
                )
            )
    return claims
