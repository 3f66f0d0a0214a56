"""The polygonal chain through k anchors at equal shares of t (Garipov et al. 2018); with two, the segment."""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Curve


@dataclass(frozen=True)
class PolyChain(Curve):
    k: int

    def __call__(self, u):
        i = torch.arange(self.k, dtype=u.dtype, device=u.device)
        return (1 - (u * (self.k - 1) - i).abs()).clamp(min=0)
