"""SVHN (Netzer et al. 2011): 73,257 + 26,032 house numbers of 32 x 32, downloaded once and checked."""

from pathlib import Path

import torch
from scipy.io import loadmat

from lossland.inputs.arrays import Arrays, images
from lossland.inputs.downloads import fetched
from lossland.options import Index, Scaling

URL = "https://ufldl.stanford.edu/housenumbers/"
SHA256 = {
    "train_32x32.mat": "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
    "test_32x32.mat": "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
}


def load(root, *, val: Index = 0, scaling: Scaling = "standard") -> Arrays:
    """The last `val` training images are the validation split; `scaling` is that of `lossland.inputs.arrays.images`."""
    files = [fetched(Path(root) / name, URL + name, sha) for name, sha in SHA256.items()]
    return images(*map(_read, files), classes=10, val=val, scaling=scaling)


def _read(file):
    """(x [N 3 32 32], y [N]); the files call 0 ten."""
    held = loadmat(file)
    x, y = (torch.from_numpy(held[name].copy()) for name in ("X", "y"))
    return x.permute(3, 2, 0, 1).contiguous(), y[:, 0].long() % 10
