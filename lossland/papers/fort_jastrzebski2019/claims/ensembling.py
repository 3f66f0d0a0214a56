"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about ensembling methods: how far from itself each one goes.

    x(method) = the mean of x over all pairs of networks of one training,     x = |theta_i - theta_j| or their disagreement

Of the test data. Snapshots of small cycles (FGE) are compared with those of large cycles (SSE) training by training, run i of
both under one seed; independent networks with large cycles in disjoint pairs: networks 0 and 1, 2 and 3, ... with the mean of
trainings 0 and 1, 2 and 3, ..., so that no network is in two groups.

The paper analyses such methods on its landscape; that small cycles stay in one wedge and large ones leave it is remembered,
not confirmed.
"""

from lossland.statistics.runs import disjoint, together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

APART = {"distance": "lie farther apart", "disagreement": "disagree on more of the test data"}


def check(*, small: Table("disagreement"), large: Table("disagreement"), independent: Table("disagreement")) -> list[Claim]:
    """`small` and `large` are of one pool of trainings with cycles, `independent` of one pool of one network of each.

    Raises ValueError if they are not, and if small and large are of other trainings.
    """
    cycles = together({"small": _by_training(small), "large": _by_training(large)})
    independent = pick(independent, split="test")
    return [claim for quantity in APART for claim in _compared(quantity, **cycles, independent=independent)]


def _compared(quantity, small, large, independent):
    small, large = small[quantity], large[quantity]
    pairs, single = disjoint(independent, quantity).align(large.groupby(large.index // 2).mean(), join="inner")
    return [
        Claim(f"large cycles against small ones: {quantity}", large / small, above=1,
              of=f"{quantity} of two networks of one training: large cycles / small cycles",
              says=f"Snapshots of large cycles (SSE) {APART[quantity]} than those of small cycles (FGE)."),
        Claim(f"independent networks against large cycles: {quantity}", pairs / single, above=1,
              of=f"{quantity} of two independent networks / of two of one training with large cycles, in disjoint pairs",
              says=f"Independent networks {APART[quantity]} than snapshots of large cycles (SSE)."),
    ]  # fmt: skip


def _by_training(pool):
    """Means over the pairs of networks of each training, by its number in the pool."""
    return pick(pool, run="", split="test", same_source=True).groupby("source_first")[list(APART)].mean()
