"""Two interleaved spirals in the plane, two classes; drawn, not downloaded (as in Benton et al. 2021, section 5.3)."""

import math

import torch

from lossland.inputs.arrays import Arrays
from lossland.options import Count, NonNegative, Seed
from lossland.rng import stream


def load(
    root, *, n: Count = 100, noise: NonNegative = 1.0, turns: NonNegative = 1.5, binary: bool = False, seed: Seed = 0
) -> Arrays:
    """`n` training, n/2 validation and 2n test points; radius grows with the angle over `turns` turns.

    With `binary` a network has one logit, not two (task `binary`), as in the paper.
    """

    def spirals(split, size):
        rng = stream(seed, "spirals", split)
        y = torch.arange(size) % 2
        angle = torch.rand(size, generator=rng).sqrt() * turns * 2 * math.pi
        point = angle[:, None] * torch.stack([-angle.cos(), angle.sin()], 1) * (1 - 2 * y)[:, None]
        return (point + noise * torch.rand(size, 2, generator=rng)) / (turns * 2 * math.pi), y

    parts = {split: spirals(split, size) for split, size in (("train", n), ("val", n // 2), ("test", 2 * n))}
    x, y = ({s: part[i] for s, part in parts.items()} for i in (0, 1))
    return Arrays(x, y, 2, task="binary" if binary else "classification")
