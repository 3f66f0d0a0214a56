"""The claim of Fort et al. 2019 (arXiv 1912.02757) about accuracies, section 3: networks as good as the paper's.

The test accuracy of each network is that of the same architecture in the released code, which has one number and no spread.
What is remembered, not confirmed (64 % of SmallCNN), is not held against ours, nor what a re-implementation has of others.
"""

from lossland.options import Fraction, Label
from lossland.papers.fort2019.claims import learned
from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, as_published

EXAMPLES = 10_000  # of CIFAR-10, to test


def check(
    *, ensembles: Table("ensemble"), trained: Table("landscape"), printed: dict[Label, str], level: Fraction | None = None
) -> list[Claim]:
    """`printed` maps labels to what the paper calls these networks. Raises ValueError if nothing is known of one."""
    claims = []
    for label, arch in printed.items():
        known = numbers("fort2019", table="setup", arch=arch, metric="test_acc")["value"].dropna()
        if known.empty:
            raise ValueError(f"no confirmed accuracy is published of {arch}; leave {label} out of printed")
        own, presumes = pick(ensembles, subspace=label, split="test", size=1), learned(pick(trained, subspace=label), level)
        claims.append(
            as_published(f"accuracy as published: {arch}", 1 - own["error"], known, examples=EXAMPLES,
                         sampling=of_errors(own["error"], examples=own["examples"]), presumes=presumes,
                         of="test accuracy of one network, as a fraction",
                         says=f"A {arch} is as accurate as in the released code.")
        )  # fmt: skip
    return claims
