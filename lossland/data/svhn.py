"""SVHN (Netzer et al. 2011): 73,257 + 26,032 house numbers of 32 x 32, downloaded once and checked by torchvision."""

import torch
from torchvision.datasets import SVHN

from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Index, Scaling


def load(root, *, val: Index = 0, scaling: Scaling = "standard") -> Arrays:
    """The last `val` training pictures are the validation split; `scaling` is that of `lossland.inputs.arrays.pictures`."""
    parts = [SVHN(root, split=split, download=True) for split in ("train", "test")]
    train, test = ((torch.tensor(p.data), torch.tensor(p.labels)) for p in parts)
    return pictures(train, test, classes=10, val=val, scaling=scaling)
