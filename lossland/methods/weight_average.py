"""The mean of the last points of a training (Fort et al. 2019, arXiv 1912.02757, section 4; as in SWA, arXiv 1803.05407).

    theta = (theta_{k-last+1} + ... + theta_k) / last

Fort et al. average the last 10 of 40 epochs. Nothing is trained. As everywhere here, batch-norm statistics belong to the
point that is evaluated: they are recalibrated.
"""

import torch

from lossland.geometry.measures import combined
from lossland.landscape.subspace import Subspace, View
from lossland.landscape.weight_samples import cost, handed_on, window
from lossland.options import Count, OneSource


def build(problem, sources: OneSource, *, last: Count | None = None) -> View:
    """`last` points of the source are averaged, by default all; of a pool that is the uniform soup. Points, one. Notes: see
    `weight_samples.handed_on`; what is made of a pool is around none of its networks."""
    (run,) = sources
    points = window(run, last)
    mean = combined(torch.full((len(points),), 1 / len(points), dtype=torch.float64), points)
    return Subspace.of(mean, cost(run, 1) | run.decay if run.pooled else handed_on(run, 1))
