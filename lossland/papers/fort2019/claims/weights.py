"""The claims of Fort et al. 2019 (arXiv 1912.02757) about weight space, figures 2 and 3: independent runs are orthogonal.

    cosine(a, b) = <a, b> / (|a| |b|)        inside a run: of its first snapshot from epoch `after` on and its end

A run is a training. Pairs among k runs are not independent: the numbers are of runs 0 and 1, 2 and 3, ..., and what is inside
runs is the mean over the two of a pair. "Near zero" is taken as a size below 0.1; this bar is ours, for what is confirmed of
the paper prints no number. It is for weights alone: scales of norm layers start at one in every run, which lifts the cosine of
networks that have nothing in common.
"""

from lossland.options import Group, NonNegative
from lossland.statistics.tables import Table, where
from lossland.statistics.verdicts import Claim, by_pairs, disjoint, towards_the_end

CAPTION = """
Each row holds one claim about the cosine between networks, for n disjoint pairs of independent runs (mean ± standard
deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the
wrong side; else our runs do not decide. In the paper independent runs are nearly orthogonal, and a run stays near itself (as
remembered, not confirmed).
"""
ORTHOGONAL = 0.1


def check(
    *,
    between: Table("cosine"),
    inside: Table("cosine"),
    after: NonNegative,
    group: Group = "weights",
) -> list[Claim]:
    """`between` is of a pool of the last networks of runs, `inside` of the trajectories of these runs in the same order, all
    or the first of them. `after` is the epoch at which the first epochs end, those before the learning rate first drops (a
    quarter of the training in the released code); `group` are the parameters that are compared.

    Raises ValueError where a table is of something else.
    """
    apart = disjoint(where(between, group=group), "cosine")
    rows = towards_the_end(where(inside, group=group), after).sort_values("first")
    own, others = by_pairs(rows.groupby(level=["subspace", "run"])["cosine"].first()).align(apart, join="inner")
    return [
        Claim(
            name="independent runs are orthogonal",
            says="The weights of networks that were trained independently are nearly orthogonal.",
            of=f"size of the cosine ({group}) between two runs",
            values=list(apart.abs()),
            published=[],
            below=ORTHOGONAL,
        ),
        Claim(
            name="a run stays near itself",
            says="After the first epochs a network is nearer to its own end than to another run.",
            of=f"cosine ({group}) from epoch {after:g} to the end of a run - between two runs",
            values=list(own - others),
            published=[],
            above=0,
        ),
    ]
