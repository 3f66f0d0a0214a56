"""Samples of SWAG, a Gaussian fitted on the last points of a training (Maddox et al. 2019, arXiv 1902.02476).

    theta = mu + sqrt(scale) [ sigma z1 + D z2 / sqrt(K - 1) ],    z1 ~ N(0, 1) [D],  z2 ~ N(0, 1) [K]

mu, sigma [D] are mean and standard deviation of the points, a variance at least 1e-30; the columns of D are the last K points,
each less the mean of all points up to it. The points should come from a constant, high rate. Differs from the released code
in: moments in float64, not as running means in float32; K is the number of columns that there are, where the code divides by
the number that it may hold.
"""

from typing import Annotated

from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import drawn, low_rank, window
from lossland.options import Between, Count, NonNegative, OneSource, Seed

LEAST = "rank or 0"  # points that it is fitted on


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    samples: Count,
    last: Count | None = None,
    rank: Annotated[int, Between(2)] | None = None,
    scale: NonNegative = 0.5,
) -> Subspace:
    """`last` points of the source are fitted and `rank` of them are columns of D, by default all; the paper has K = 20.

    Notes: see `samples.drawn`. Raises ValueError if there are fewer points.
    """
    (run,) = sources
    sample = low_rank(window(run, last), seed, scale, rank)
    return drawn(problem, run, samples, lambda i: (sample(i), scale))
