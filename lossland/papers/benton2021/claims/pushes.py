"""The claim of Benton et al. 2021 (arXiv 2102.13042) about lambda, figure A.3: how hard the volume is pushed does not matter.

    error with another lambda - error with the paper's        of ensembles of simplexes around the same networks

by example, so that the choice of the test examples counts for what it leaves open. In the paper the error does not depend on
lambda; of its values only 1e-8 is known.
"""

from lossland.options import Count
from lossland.statistics.runs import each_example, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, scored, trained

SAME = 0.003


def check(
    *, simplexes: Table("by_example"), pushed: Table("by_example"), networks: Table("ensemble"), size: Count
) -> list[Claim]:
    """Ensembles of `size` simplexes with the paper's lambda, and others, a label for each; `networks` on the training data."""
    own = each_example(pick(simplexes, size=size), "error")
    others = {name: each_example(rows, "error") for name, rows in by_label(pick(pushed, size=size)).items()}
    more = {name: rows - own for name, rows in together({"the paper's lambda": own} | others).items() if name in others}
    return [
        scored("lambda does not matter", more, same=SAME, presumes=trained(networks["error"]),
               because="0.3 points, about the standard error of an error on 10,000 images",
               of=f"test error of {size} simplexes, as a fraction: with another lambda - with the paper's",
               says="The error of an ensemble of simplexes is the same however hard their volume is pushed."),
    ]  # fmt: skip
