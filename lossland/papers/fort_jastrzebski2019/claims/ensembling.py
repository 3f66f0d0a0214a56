"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about ensembling methods: how far from itself each one goes.

    x(method) = the mean of x over all pairs of networks of one training
    x         = |theta_i - theta_j|,  or their disagreement / mean of their errors

Of the test data; snapshots of short cycles err more, and networks that err more disagree more often anyway. Snapshots of small
cycles (FGE) are compared with those of large cycles (SSE) training by training, run i of both under one seed; independent
networks with large cycles in disjoint pairs: networks 0 and 1, 2 and 3, ... with the mean of trainings 0 and 1, 2 and 3, ...,
so that no network is in two groups. The width of the tunnel is that around the average of FGE's networks, and around the last
of them.

The paper analyses such methods on its landscape; that small cycles stay in one wedge and large ones leave it is remembered,
not confirmed. That averages of weights are wider is a claim of Izmailov et al. 2018 (arXiv 1803.05407); how far FGE and SSE go
in weights, one of Garipov et al. 2018, whose claims have it.
"""

from lossland.options import Fraction
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import disjoint, paired, together
from lossland.statistics.tables import Table, derived, pick
from lossland.statistics.verdicts import Claim, trained

APART = {"distance": ("distance", "lie farther apart"),
         "disagreement": ("disagreement over error", "disagree more often, for as many test errors,")}  # fmt: skip
REMEMBERED = "remembered, not confirmed"


def check(
    *,
    small: Table("disagreement"),
    large: Table("disagreement"),
    independent: Table("disagreement"),
    widths: Table("tunnel_width"),
    training: Table("ensemble"),
    level: Fraction | None = None,
) -> list[Claim]:
    """`small` and `large` are of one pool of trainings with cycles, `independent` of one pool of one network of each; `widths`
    are around the `SWA` and the `last of FGE` of each training; `training` has the train error of each network.

    Raises ValueError if they are not, and if small and large are of other trainings.
    """
    small, large, independent = (derived(pick(table, split="test")) for table in (small, large, independent))
    presumes = trained(training["error"], below=level)
    cycles = together({"small": _by_training(small), "large": _by_training(large)})
    few, many = cycles.values()
    around = widths.groupby(["subspace", "run"], as_index=False)["distance"].mean()
    average, last = (rows["distance"] for rows in paired(around, "SWA", "last of FGE"))
    return [
        Claim("large cycles against small ones: disagreement", many["diversity"] / few["diversity"], above=1, ratio=True,
              because=REMEMBERED, presumes=presumes,
              sampling=of_errors(many["disagreement"], few["disagreement"], examples=small["examples"], ratio=True),
              of="disagreement over error of two networks of one training: large cycles / small cycles",
              says="Snapshots of large cycles (SSE) disagree more often than those of small cycles (FGE), for as many errors."),
        *(_independent(quantity, independent, many, presumes) for quantity in APART),
        Claim("averages of weights lie where the tunnel is wider", average / last, above=1, ratio=True,
              origin="Izmailov et al. 2018",
              of="width of the tunnel around the average of FGE's networks / around the last of them",
              says="The average of the weights of one training (SWA) lies in a wider part of the tunnel."),
    ]  # fmt: skip


def _independent(quantity, independent, large, presumes):
    what, apart = APART[quantity]
    column = "distance" if quantity == "distance" else "diversity"
    pairs, single = disjoint(independent, column).align(large[column].groupby(large.index // 2).mean(), join="inner")
    rates = (disjoint(independent, "disagreement"), large["disagreement"])
    sampling = of_errors(*rates, examples=independent["examples"], ratio=True) if column == "diversity" else 0.0
    return Claim(f"independent networks against large cycles: {quantity}", pairs / single, above=1, ratio=True,
                 because=REMEMBERED, sampling=sampling, presumes=presumes,
                 of=f"{what} of two independent networks / of two of one training with large cycles, in disjoint pairs",
                 says=f"Independent networks {apart} than snapshots of large cycles (SSE).")  # fmt: skip


def _by_training(pool):
    """Means over the pairs of networks of each training, by its number in the pool."""
    columns = ["distance", "disagreement", "diversity"]
    return pick(pool, run="", same_source=True).groupby("source_first")[columns].mean()
