"""Patches of the two photographs that ship with scikit-learn (a temple, a flower): images of no class; no download.

They stand in for the out-of-distribution images of Fort et al. 2019 (arXiv 1912.02757), SVHN, beside miniature networks.
"""

import numpy as np
import torch
from sklearn.datasets import load_sample_images
from torch.nn.functional import avg_pool2d

from lossland.inputs.arrays import Arrays, images
from lossland.options import Count, Scaling

GREY = (0.299, 0.587, 0.114)  # luma of ITU-R BT.601


def load(root, *, side: Count = 8, shrink: Count = 2, colour: bool = False, scaling: Scaling = "standard") -> Arrays:
    """Patches of `side` x `side` pixels that do not overlap, of photographs made `shrink` times smaller by averaging; grey, or
    in `colour`. Labels: 0 the temple, 1 the flower. The left halves are the training split, the right halves the test.

    Raises ValueError if not one patch fits.
    """
    parts = [], []
    for photograph in load_sample_images().images:
        x = torch.from_numpy(np.array(photograph)).double().permute(2, 0, 1)
        if not colour:
            x = (torch.tensor(GREY, dtype=torch.float64)[:, None, None] * x).sum(0, keepdim=True)
        if min(x.shape[1], x.shape[2] // 2) < side * shrink:
            raise ValueError(f"no patch of {side} pixels fits half a photograph made {shrink} times smaller; lower one of them")
        x = avg_pool2d(x, shrink).round().to(torch.uint8)
        for part, half in zip(parts, x.split((x.shape[2] + 1) // 2, 2), strict=True):
            part.append(half.unfold(1, side, side).unfold(2, side, side).permute(1, 2, 0, 3, 4).flatten(0, 1))
    train, test = ((torch.cat(part), torch.arange(2).repeat_interleave(len(part[0]))) for part in parts)
    return images(train, test, classes=2, scaling=scaling)
