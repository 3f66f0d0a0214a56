"""The claims of Draxler et al. 2018 (arXiv 1803.00885) about architectures, figure 5 and Table B.1: deeper, wider, lower.

    rise = highest value on a band (refined) - mean of its two minima          of train nll and of test error

Each row compares the bands of two architectures, none of which share a minimum: the mean rise in the smaller network less that
in the larger (± root of the sum of both variances; n is the smaller number of bands). The architectures have minima of their
own, so that their bands do not go in pairs: the test is Welch's.

In the paper saddles come closer to the minima in deeper and in wider networks. Its table is not known to us, so the claims are
of order.
"""

from lossland.statistics.tables import Table, pick, risen
from lossland.statistics.verdicts import Claim

SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}


def check(*, bands: Table("saddles"), compared: list[list[str]]) -> list[Claim]:
    """`compared` lists [label of the smaller network, label of the larger, what is larger]."""
    claims = []
    for *labels, what in compared:
        for (split, quantity), unit in SCORES.items():
            small, large = (list(risen(pick(bands, subspace=n, split=split, quantity=quantity))["rise"]) for n in labels)
            claims.append(
                Claim(f"lower saddles, {what}: {split} {quantity}", small, less=large, above=0,
                      of=f"{unit}: rise from the minima to the saddle, in the smaller network - in the larger: "
                         f"mean difference, n = {len(small)} and {len(large)}",
                      says=f"A saddle lies less far above its minima where the network is larger ({what}).")
            )  # fmt: skip
    return claims
