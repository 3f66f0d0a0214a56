"""The polygonal chain through k anchors at equal shares of t (Garipov et al. 2018); with two, the segment."""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Curve, lattice


@dataclass(frozen=True)
class PolyChain(Curve):
    """`beyond` is how far tables go on before t = 0 and after t = 1, along the first and the last piece."""

    k: int
    beyond: float = 0.0

    def __call__(self, u):
        s = u * (self.k - 1)
        piece = s.floor().clamp(0, self.k - 2)
        c = torch.zeros(len(u), self.k, dtype=u.dtype, device=u.device)
        c.scatter_(1, piece.long(), 1 - (s - piece))
        return c.scatter_(1, piece.long() + 1, s - piece)

    def grid(self, resolution):
        return lattice([(-self.beyond, 1 + self.beyond)], resolution)
