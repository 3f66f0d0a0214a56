"""CIFAR-10 (Krizhevsky 2009): 50,000 + 10,000 pictures of 32 x 32, downloaded once and checked.

The binary edition: the Python edition is a pickle, and nothing is unpickled here.
"""

from pathlib import Path

import numpy as np
import torch
from torchvision.datasets.utils import download_url, extract_archive

from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Fraction, Index, Scaling

URL = "https://www.cs.toronto.edu/~kriz/"


def load(root, *, val: Index = 0, scaling: Scaling = "standard", crop: Index = 4, flip: Fraction = 0.5) -> Arrays:
    """The last `val` training pictures are the validation split; `scaling` is that of `inputs.arrays.pictures`; `crop` (in
    pixels) and `flip` are the augmentation."""
    folder = fetch(root, "cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-batches-bin")
    train = read([folder / f"data_batch_{i}.bin" for i in range(1, 6)], labels=1)
    test = read([folder / "test_batch.bin"], labels=1)
    return pictures(train, test, classes=10, val=val, augment={"crop": crop, "flip": flip}, scaling=scaling)


def fetch(root, archive, md5, folder) -> Path:
    """The unpacked `folder` of an archive; unpacked aside first, so that what is there is whole."""
    if not (Path(root) / folder).exists():
        download_url(URL + archive, root, md5=md5)
        aside = Path(root) / f".{folder}.partial"
        extract_archive(str(Path(root) / archive), str(aside))
        (aside / folder).replace(Path(root) / folder)
    return Path(root) / folder


def read(files, labels):
    """(x, y) of binary batches: `labels` bytes, the last of them the class, then 3 x 32 x 32 bytes a picture."""
    raw = np.concatenate([np.fromfile(f, np.uint8) for f in files])
    if len(raw) % (labels + 3072):
        raise ValueError(f"{files[0].parent} holds broken batches; delete the folder and the archive beside it")
    raw = torch.from_numpy(raw).view(-1, labels + 3072)
    return raw[:, labels:].reshape(-1, 3, 32, 32), raw[:, labels - 1].long()
