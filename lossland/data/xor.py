"""Exclusive or (Draxler et al. 2018, arXiv 1803.00885, section 5): four points (+-1, +-1), class 1 where the signs differ."""

import torch

from lossland.inputs.arrays import SPLITS, Arrays
from lossland.options import Count


def load(root, *, copies: Count = 1) -> Arrays:
    """Each point `copies` times, in all splits alike; task `binary`, one logit."""
    x = torch.cartesian_prod(*2 * [torch.tensor([-1.0, 1.0])]).repeat(copies, 1)
    y = (x.prod(1) < 0).long()
    return Arrays(dict.fromkeys(SPLITS, x), dict.fromkeys(SPLITS, y), 2, task="binary")
