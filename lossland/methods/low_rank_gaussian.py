"""Samples of a Gaussian along principal components, all of one variance (Fort et al. 2019, arXiv 1912.02757, section 4).

    theta = mu + sum_i z_i p_i,    z ~ N(0, scale^2) [rank],    p_i [D] the unit-norm principal components of the last points

The components are not scaled by singular values, as in the released code: for a Gaussian with the covariance of the points
there is `swag`. Fort et al. take rank 5 of the last 10 of 40 epochs, scale 1 for ensembles and 6 for the plane of diversity
and accuracy. On the samples of `random_subspace` it is their "PCA of Random".
"""

import torch

from lossland.geometry.measures import combined, components, gram
from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import drawn, window
from lossland.options import Count, NonNegative, OneSource, Seed
from lossland.rng import stream

LEAST = "rank + 1"  # points that it is fitted on


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    samples: Count,
    rank: Count,
    last: Count | None = None,
    scale: NonNegative = 1.0,
) -> Subspace:
    """`last` points of the source are fitted, by default all; they are more than `rank`. Notes: see `samples.drawn`."""
    (run,) = sources
    points = window(run, last)
    if len(points) <= rank:
        raise ValueError(f"rank {rank} needs {rank + 1} points, and there are {len(points)}; keep more, or lower rank")
    weights, _ = components(gram(points, points[-1]), rank)

    def sample(i):
        z = scale * torch.randn(rank, dtype=torch.float64, generator=stream(seed, "normal", i))
        return combined(1 / len(points) + z @ weights, points), scale

    return drawn(problem, run, samples, sample)
