"""The curve from one network to another through zero (Garipov et al. 2018, arXiv 1802.10026, A.8)."""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Curve


@dataclass(frozen=True)
class Trivial(Curve):
    """k/2 anchors of each network: all that is multiplied by s, by s^2, ...; s goes from 1 to 0 on the first, then back on
    the second."""

    k: int
    barycentric = False

    def __post_init__(self):
        if self.k % 2:
            raise ValueError(f"a curve through zero has as many anchors on each side of it, so k is even, not {self.k}")

    def __call__(self, u):
        s = torch.stack([1 - 2 * u, 2 * u - 1], 1).clamp(min=0)
        powers = torch.arange(1, self.k // 2 + 1, dtype=u.dtype, device=u.device)
        return (s**powers).flatten(1)
