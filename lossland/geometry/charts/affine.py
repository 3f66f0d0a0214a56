"""The affine space of an origin and k - 1 directions (Li et al. 2018, Fort & Jastrzebski 2019)."""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Chart, lattice


@dataclass(frozen=True)
class Affine(Chart):
    """Origin and k - 1 directions; `box` holds (low, high) of each coordinate, the part that is drawn and sampled."""

    k: int
    box: tuple[tuple[float, float], ...]
    barycentric = False

    def __post_init__(self):
        object.__setattr__(self, "box", tuple(map(tuple, self.box)))
        if len(self.box) != self.k - 1:
            raise ValueError(f"an affine chart with {self.k - 1} directions needs as many ranges, got {len(self.box)}")
        for ends in self.box:
            if len(ends) != 2 or not ends[0] < ends[1]:
                raise ValueError(f"the range of an axis is {list(ends)}; it must be the lower number and the higher one")

    @property
    def m(self):
        return self.k - 1

    def __call__(self, u):
        return torch.cat([torch.ones_like(u[:, :1]), u], 1)

    def sample(self, n, rng):
        low, high = torch.tensor(self.box, dtype=torch.float64).T
        return low + (high - low) * torch.rand(n, self.m, generator=rng, dtype=torch.float64)

    def grid(self, resolution):
        return lattice(self.box, resolution)
