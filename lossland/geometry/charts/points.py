"""A set of k points: networks, a trajectory, an ensemble."""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Chart


@dataclass(frozen=True)
class Points(Chart):
    k: int

    def __call__(self, u):
        return torch.nn.functional.one_hot(u[:, 0].long(), self.k).to(u.dtype)

    def sample(self, n, rng):
        return torch.randint(self.k, (n, 1), generator=rng).double()

    def grid(self, resolution=None):
        return torch.arange(self.k, dtype=torch.float64)[:, None]
