"""Networks with some of their parameters dropped (Fort et al. 2019, arXiv 1912.02757, section 4).

    theta = theta* m / (1 - p),    m_j = [u_j >= p],  u ~ U(0, 1) [D],    p = rate U(0, 1), anew for each sample

The mask is on single parameters of every kind, weights and biases as in the released code, not on units.
"""

import torch

from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import drawn
from lossland.options import Count, Fraction, OneSource, Seed
from lossland.rng import stream


def build(problem, sources: OneSource, *, seed: Seed, samples: Count, rate: Fraction = 0.1) -> Subspace:
    """Around the last network of the source. Notes: see `samples.drawn`; `scale` is p."""
    (run,) = sources
    theta = run.end.cpu()

    def sample(i):
        p = rate * torch.rand((), generator=stream(seed, "scale", i)).item()
        kept = torch.rand(len(theta), generator=stream(seed, "mask", i)) >= p
        return theta / (1 - p) * kept, p

    return drawn(problem, run, samples, sample, theta)
