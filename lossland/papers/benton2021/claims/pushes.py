"""The claims of Benton et al. 2021 (arXiv 2102.13042) about lambda, figure A.3: how hard the volume is pushed does not matter.

    |error with lambda - error with lambda = 0|        of ensembles of simplexes around the same networks

In the paper lambda does not matter; lambda = 0, and `noise` as what counts as no difference, are ours.
"""

from lossland.options import Count, Fraction
from lossland.papers.benton2021.claims.espro import mean
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim


def check(
    *, free: Table("ensemble"), pushed: Table("ensemble"), sizes: list[Count] = (1,), noise: Fraction = 0.003
) -> list[Claim]:
    """Simplexes that nothing pushes, and others, a label for each lambda, in ensembles of some `sizes`."""
    free, pushed = pick(free, split="test"), by_label(pick(pushed, split="test"))
    return [_insensitive(name, size, noise, rows, free) for name, rows in pushed.items() for size in sizes]


def _insensitive(name, size, noise, rows, free):
    pushed, free = together({name: mean(rows, size), "lambda = 0": mean(free, size)}).values()
    return Claim(f"lambda does not matter: {name} of {size}", (pushed["error"] - free["error"]).abs(), below=noise,
                 of="absolute difference of the test errors with lambda and with lambda = 0, as a fraction",
                 says=f"The ensemble's error is the same whether the volume is pushed or not ({name}).")  # fmt: skip
