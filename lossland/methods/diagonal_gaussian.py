"""Samples of a Gaussian with a variance for each parameter (Fort et al. 2019, arXiv 1912.02757, section 4).

    theta = mu + s sigma z,    z ~ N(0, 1) [D],    mu, sigma [D] the mean and standard deviation (ddof 0) of the last points

s = scale, or with `vary` uniform on (0, scale), anew for each sample. Fort et al. take the last 10 of 40 epochs, s = 1 for
ensembles and U(0, 10) for the plane of diversity and accuracy.
"""

import torch

from lossland.geometry.measures import moments
from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import drawn, window
from lossland.options import Count, NonNegative, OneSource, Seed
from lossland.rng import stream


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    samples: Count,
    last: Count | None = None,
    scale: NonNegative = 1.0,
    vary: bool = False,
) -> Subspace:
    """`last` points of the source are fitted, by default all. Notes: see `samples.drawn`."""
    (run,) = sources
    mean, deviation = moments(window(run, last))

    def sample(i):
        s = scale * torch.rand((), generator=stream(seed, "scale", i)).item() if vary else scale
        z = torch.randn(len(mean), generator=stream(seed, "normal", i))
        return torch.addcmul(mean, deviation, z, value=s, out=z), s

    return drawn(problem, run, samples, sample)
