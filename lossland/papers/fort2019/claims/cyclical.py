"""The claim of Fort et al. 2019 (arXiv 1912.02757) about samples of cyclical SG-MCMC, figure S4: runs differ more.

    disagreement of two networks / mean of their errors

in one chain, of networks of different cycles, and of independent trainings: networks that err more disagree more often anyway.
A chain gives one number, the mean over its pairs, and each two independent networks one, no network in two pairs.

In the paper samples of one chain are more alike than independent networks (as remembered, not confirmed).
"""

from lossland.options import Count, Fraction
from lossland.papers.fort2019.claims import learned
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import disjoint
from lossland.statistics.tables import Table, derived, pick
from lossland.statistics.verdicts import Claim


def check(
    *,
    chains: Table("disagreement"),
    independent: Table("disagreement"),
    trained: Table("landscape"),
    per_cycle: Count,
    level: Fraction | None = None,
) -> list[Claim]:
    """`chains` is of the networks of each chain, `per_cycle` of each cycle in order, `independent` of a pool."""
    chains, runs = (derived(pick(table, split="test")) for table in (chains, independent))
    apart = chains[chains["first"] // per_cycle != chains["second"] // per_cycle]
    seen = disjoint(runs, "disagreement"), apart["disagreement"]
    return [
        Claim("runs differ more than samples of one chain", disjoint(runs, "diversity"), above=1, ratio=True,
              less=apart.groupby("run")["diversity"].mean(),
              sampling=of_errors(*seen, examples=runs["examples"], ratio=True),
              presumes=learned(trained, level),
              of="disagreement over error, of independent networks / of networks of different cycles",
              says="Independent networks disagree more often than samples of cyclical SG-MCMC, for as many errors."),
    ]  # fmt: skip
