"""The cone of a chain: all multiples r of its points (Fort et al. 2019, arXiv 1912.02757, figure 6).

theta(t, r) = r sum_i max(0, 1 - |t (k-1) - i|) theta_i        the triangles (0, theta_i, theta_i+1), side by side
"""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Chart, lattice
from lossland.geometry.charts.polychain import PolyChain


@dataclass(frozen=True)
class Cone(Chart):
    """u = (t, r): t in [0, 1] along the chain, r from `low` to `high`: 0 is the origin, 1 the chain itself."""

    k: int
    low: float = 0.0
    high: float = 1.3
    m = 2
    barycentric = False

    def __post_init__(self):
        if not 0 <= self.low < self.high:
            raise ValueError(f"a cone goes from low = {self.low:g} to high = {self.high:g}; low is at least 0 and below high")

    def __call__(self, u):
        return u[:, 1:] * PolyChain(self.k)(u[:, :1])

    def sample(self, n, rng):
        u = torch.rand(n, 2, generator=rng, dtype=torch.float64)
        u[:, 1] = self.low + (self.high - self.low) * u[:, 1]
        return u

    def grid(self, resolution):
        return lattice([(0.0, 1.0), (self.low, self.high)], resolution)
