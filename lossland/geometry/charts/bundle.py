"""A bundle of Bezier curves of one bend with common ends (Benton et al. 2021, arXiv 2102.13042, figure 2).

theta(t, i) = (1 - t)^2 theta_0 + 2 t (1 - t) bend_i + t^2 theta_1        anchors: theta_0, theta_1, bend_0, bend_1, ...
"""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Chart, lattice
from lossland.geometry.charts.bezier import Bezier


@dataclass(frozen=True)
class Bundle(Chart):
    """u = (t, i): t in [0, 1] along curve number i, of k - 2 curves. Raises ValueError if there is none."""

    k: int
    m = 2

    def __post_init__(self):
        if self.k < 3:
            raise ValueError(f"a bundle has two ends and at least one bend, and k is {self.k}")

    def __call__(self, u):
        start, bend, end = Bezier(3)(u[:, :1]).T
        c = torch.zeros(len(u), self.k, dtype=u.dtype, device=u.device)
        c[:, 0], c[:, 1] = start, end
        return c.scatter_(1, 2 + u[:, 1:].long(), bend[:, None])

    def sample(self, n, rng):
        t = torch.rand(n, 1, generator=rng, dtype=torch.float64)
        return torch.cat([t, torch.randint(self.k - 2, (n, 1), generator=rng)], 1)

    def grid(self, resolution):
        """`resolution` points t of each curve."""
        t = lattice([(0.0, 1.0)], resolution)[:, 0]
        return torch.cartesian_prod(t, torch.arange(self.k - 2, dtype=torch.float64))
