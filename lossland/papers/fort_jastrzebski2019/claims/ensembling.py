"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about ensembling methods: how far from itself each one goes.

    x(method) = the mean of x over all pairs of networks of one training,     x = |theta_i - theta_j| or their disagreement

Of the test data. Snapshots of small cycles (FGE) are compared with those of large cycles (SSE) training by training, run i of
both under one seed; independent networks with large cycles in disjoint pairs: networks 0 and 1, 2 and 3, ... with the mean of
trainings 0 and 1, 2 and 3, ..., so that no network is in two groups. The width of the tunnel is that around the average of
FGE's networks, and around the last of them.

The paper analyses such methods on its landscape; that small cycles stay in one wedge and large ones leave it is remembered,
not confirmed. That averages of weights are wider is a claim of Izmailov et al. 2018 (arXiv 1803.05407); how far FGE and SSE go
in weights, one of Garipov et al. 2018, whose claims have it.
"""

from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import disjoint, paired, together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

APART = {"distance": "lie farther apart", "disagreement": "disagree on more of the test data"}
REMEMBERED = "remembered, not confirmed"


def check(
    *,
    small: Table("disagreement"),
    large: Table("disagreement"),
    independent: Table("disagreement"),
    widths: Table("tunnel_width"),
) -> list[Claim]:
    """`small` and `large` are of one pool of trainings with cycles, `independent` of one pool of one network of each; `widths`
    are around the `SWA` and the `last of FGE` of each training.

    Raises ValueError if they are not, and if small and large are of other trainings.
    """
    cycles = together({"small": _by_training(small), "large": _by_training(large)})
    few, many = (rows["disagreement"] for rows in cycles.values())
    around = widths.groupby(["subspace", "run"], as_index=False)["distance"].mean()
    average, last = (rows["distance"] for rows in paired(around, "SWA", "last of FGE"))
    return [
        Claim("large cycles against small ones: disagreement", many / few, above=1, ratio=True, because=REMEMBERED,
              sampling=_relative(many, few, examples=pick(small, split="test")["examples"]),
              of="disagreement of two networks of one training: large cycles / small cycles",
              says="Snapshots of large cycles (SSE) disagree on more of the test data than those of small cycles (FGE)."),
        *(_independent(quantity, pick(independent, split="test"), cycles["large"]) for quantity in APART),
        Claim("averages of weights lie where the tunnel is wider", average / last, above=1, ratio=True,
              origin="Izmailov et al. 2018",
              of="width of the tunnel around the average of FGE's networks / around the last of them",
              says="The average of the weights of one training (SWA) lies in a wider part of the tunnel."),
    ]  # fmt: skip


def _independent(quantity, independent, large):
    pairs, single = disjoint(independent, quantity).align(large[quantity].groupby(large.index // 2).mean(), join="inner")
    sampling = _relative(pairs, single, examples=independent["examples"]) if quantity == "disagreement" else 0.0
    return Claim(f"independent networks against large cycles: {quantity}", pairs / single, above=1, ratio=True,
                 because=REMEMBERED, sampling=sampling,
                 of=f"{quantity} of two independent networks / of two of one training with large cycles, in disjoint pairs",
                 says=f"Independent networks {APART[quantity]} than snapshots of large cycles (SSE).")  # fmt: skip


def _relative(*rates, examples):
    """Relative standard error of a ratio of shares of the test data."""
    return sum((of_errors(rate, examples=examples) / rate.mean()) ** 2 for rate in rates) ** 0.5


def _by_training(pool):
    """Means over the pairs of networks of each training, by its number in the pool."""
    return pick(pool, run="", split="test", same_source=True).groupby("source_first")[list(APART)].mean()
