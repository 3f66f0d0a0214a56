"""The Bezier curve of k anchors, the first and last of which are its ends (Garipov et al. 2018)."""

import math
from dataclasses import dataclass

import torch

from lossland.geometry.charts import Curve


@dataclass(frozen=True)
class Bezier(Curve):
    k: int

    def __call__(self, u):
        n = self.k - 1
        i = torch.arange(self.k, dtype=u.dtype, device=u.device)
        binomial = torch.tensor([math.comb(n, j) for j in range(self.k)], dtype=u.dtype, device=u.device)
        return binomial * u**i * (1 - u) ** (n - i)
