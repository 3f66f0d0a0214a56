"""Ensembles and their calibration, which appendix C of Benton et al. 2021 (arXiv 2102.13042) shows; its numbers are not known.

The mean of several predictions is less sure than each of them, so that a larger ensemble is worse calibrated, and simplexes
are compared with deep ensembles at the temperature of each (Guo et al. 2017, arXiv 1706.04599). What chance adds to a
calibration error is taken off of what is compared between sizes, and is the same in what is compared at one size. The choice of
the test examples counts as it does for errors: of a calibrated prediction what is right given how sure it is varies no more.
"""

from lossland.options import Count
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import UNTRAINED, Table, pick
from lossland.statistics.verdicts import Claim, trained

POINT = 0.01


def check(
    *, independent: Table("ensemble"), simplexes: Table("ensemble"), networks: Table("ensemble"), size: Count
) -> list[Claim]:
    """Ensembles of one and of `size` components on the test data, and the networks on the training data."""
    presumes = trained(networks["error"], below=UNTRAINED)
    one, several = (_calibration(independent, n) for n in (1, size))
    theirs, ours = together({"deep ensemble": several, "simplexes": _calibration(simplexes, size)}).values()
    return [
        Claim("a deep ensemble is worse calibrated", several["ece_debiased"] - one["ece_debiased"], above=0, origin="ours",
              of=f"debiased calibration error, as a fraction: {size} networks - one", presumes=presumes,
              says="Together networks are worse calibrated than each by itself, for together they are less sure.",
              sampling=of_errors(one["error"], several["error"], examples=independent["examples"])),
        Claim("calibrated alike at their temperatures", ours["ece_tempered"] - theirs["ece_tempered"], same=POINT,
              because="one point: ours", origin="ours", presumes=presumes,
              of=f"calibration error at the fitted temperature: {size} simplexes - {size} networks",
              says="At a fitted temperature ensembles of simplexes are calibrated as well as deep ensembles.",
              sampling=of_errors(theirs["error"], ours["error"], examples=independent["examples"])),
    ]  # fmt: skip


def _calibration(table, size):
    return by_run(pick(table, split="test", size=size), ["ece_debiased", "ece_tempered", "error"])
