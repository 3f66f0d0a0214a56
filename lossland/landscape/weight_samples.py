"""Sets of networks drawn around a trained one: what a distribution is fitted on, and the samples one at a time.

The samples lie where the journal keeps its rows, on disk where there is one, so that one network is in memory and not all.
"""

import torch

from lossland.geometry.charts.points import Points
from lossland.geometry.measures import combined, moments
from lossland.landscape.subspace import Subspace
from lossland.rng import stream


def window(source, last=None):
    """The last points [k D] of a set, all of them by default.

    Raises ValueError if the source is not a set, or a set of fewer points.
    """
    if not isinstance(source.chart, Points):
        raise ValueError(f"a distribution is fitted on a set of points, and its source is {source.chart}; name a run")
    if (last or 1) > (k := len(source.anchors)):
        raise ValueError(f"last is {last}, but the source kept {k} points; keep more snapshots, or name fewer")
    return source.anchors[-last if last else 0 :]


def handed_on(source, n, centre=None) -> dict[str, torch.Tensor]:
    """Notes of n networks made from all of a training: the network they are around, `reference` [D], and what it has cost.

    That network is `centre` [D], by default the one that the points of the source are around, or else its last.
    """
    if centre is None:
        centre = source.notes["reference"] if "reference" in source.notes else source.end  # noqa: SIM401  a pool has no end
    return {"reference": centre.cpu()} | cost(source, n) | source.decay


def cost(source, n) -> dict[str, torch.Tensor]:
    """The notes `lineage` and `spent` [n] of n networks, each made from all of `source`."""
    return {"lineage": source.lineage, "spent": source.spent[-1:].repeat(n)}


def low_rank(points, seed, scale, rank=None):
    """A function i -> sample number i [D] of the Gaussian that SWAG fits on points [n D] (Maddox et al. 2019, 1902.02476).

        theta = mu + sqrt(scale) [ sigma z1 + D z2 / sqrt(K - 1) ],    z1 ~ N(0, 1) [D],  z2 ~ N(0, 1) [K]

    The K = `rank` columns of D, by default n, are the last points, each less the mean of all points up to it; a variance in
    sigma is at least 1e-30. Raises ValueError if there are fewer points.
    """
    n = len(points)
    k = rank or n
    if not 2 <= k <= n:
        raise ValueError(f"the covariance needs {max(k, 2)} points, and there are {n}; keep more of them, or lower rank")
    mean, deviation = moments(points)
    deviation.clamp_(min=1e-15)
    until = torch.ones(n, n, dtype=torch.float64).tril() / torch.arange(1, n + 1)[:, None]
    deviations = (torch.eye(n) - until)[-k:]

    def sample(i):
        z1 = torch.randn(len(mean), generator=stream(seed, "diagonal", i))
        z2 = torch.randn(k, dtype=torch.float64, generator=stream(seed, "low rank", i))
        c = 1 / n + (scale / (k - 1)) ** 0.5 * z2 @ deviations
        return combined(c, points).addcmul_(deviation, z1, value=scale**0.5)

    return sample


def drawn(problem, source, n, sample, centre=None) -> Subspace:
    """Points of n samples from all of `source`, or around `centre` [D]; sample(i) gives (point [D], scale it was drawn with).

    Notes: `scale` [n], and those of `handed_on`.
    """
    rows = problem.journal.part("samples").rows(n, problem.space.dimension, source.anchors.dtype)
    scale = torch.zeros(n, dtype=torch.float64)
    for i in range(n):
        rows[i], scale[i] = sample(i)
    return Subspace(rows, Points(n), {"scale": scale} | handed_on(source, n, centre))
