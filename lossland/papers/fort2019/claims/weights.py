"""The claims of Fort et al. 2019 (arXiv 1912.02757) about weights, figures 2 and 3: a run stays near itself.

    cosine(a, b) = <a, b> / (|a| |b|)        inside a run: of its first snapshot after the first epochs and its end

A run is a training. Pairs among k runs are not independent: the numbers are of runs 0 and 1, 2 and 3, ..., and what is inside
runs is the mean over the two of a pair. That independent runs are nearly orthogonal is a check, for so are any two vectors
that were drawn at random in many dimensions: sizes below 0.1, of weights only. Scales of norm layers start at one in every
run, which lifts the cosine of networks that have nothing in common.

In the paper independent runs are nearly orthogonal, and a run stays near itself (as remembered, not confirmed).
"""

from lossland.options import Fraction, Group, NonNegative
from lossland.papers.fort2019.claims import learned
from lossland.statistics.runs import by_pairs, disjoint, towards_the_end
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Check, Claim

ORTHOGONAL = 0.1


def check(
    *,
    between: Table("cosine"),
    inside: Table("cosine"),
    trained: Table("landscape"),
    after: NonNegative,
    group: Group = "weights",
    level: Fraction | None = None,
) -> list[Claim]:
    """`between` is of a pool of the last networks of runs, `inside` of the trajectories of these runs in the same order, all or
    the first of them. The first epochs end with `after`; `group` are the parameters that are compared."""
    apart = disjoint(pick(between, group=group), "cosine")
    rows = towards_the_end(pick(inside, group=group), after).sort_values("first")
    own, others = by_pairs(rows.groupby(level=["subspace", "run"])["cosine"].first()).align(apart, join="inner")
    return [
        Check("independent runs are orthogonal", bool((apart.abs() < ORTHOGONAL).all()),
              says=f"The cosine ({group}) between networks that were trained independently is below {ORTHOGONAL} in size."),
        Claim("a run stays near itself", own - others, above=0.5, presumes=learned(trained, level),
              because="nearer to its own direction than to none",
              of=f"cosine ({group}) from epoch {after:g} to the end of a run - between two runs",
              says="After the first epochs a network points mostly where its own run ends, and not where another does."),
    ]  # fmt: skip
