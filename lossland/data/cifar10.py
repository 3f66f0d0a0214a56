"""CIFAR-10 (Krizhevsky 2009): 50,000 + 10,000 images of 32 x 32, downloaded once and checked.

The binary edition: the Python edition is a pickle, and nothing is unpickled here.
"""

import tarfile
from pathlib import Path

import numpy as np
import torch

from lossland.inputs.arrays import Arrays, images
from lossland.inputs.downloads import fetched
from lossland.options import Fraction, Index, Scaling

URL = "https://www.cs.toronto.edu/~kriz/"
SHA256 = {
    "cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    "cifar-100-binary.tar.gz": "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
}


def load(root, *, val: Index = 0, scaling: Scaling = "standard", crop: Index = 4, flip: Fraction = 0.5) -> Arrays:
    """The last `val` training images are the validation split; `scaling` is that of `inputs.arrays.images`; `crop` (in
    pixels) and `flip` are the augmentation."""
    files = {"train": [f"cifar-10-batches-bin/data_batch_{i}.bin" for i in range(1, 6)]}
    files["test"] = ["cifar-10-batches-bin/test_batch.bin"]
    parts = read(root, "cifar-10-binary.tar.gz", files, labels=1)
    return images(*parts, classes=10, val=val, augment={"crop": crop, "flip": flip}, scaling=scaling)


def read(root, archive, files, labels):
    """(x, y) of each split of an archive below `root`: `labels` bytes, the last of them the class, then 3 x 32 x 32 bytes a
    image."""
    with tarfile.open(fetched(Path(root) / archive, URL + archive, SHA256[archive])) as opened:
        for names in files.values():
            raw = np.frombuffer(b"".join(opened.extractfile(name).read() for name in names), np.uint8)
            raw = torch.from_numpy(raw.reshape(-1, labels + 3072).copy())
            yield raw[:, labels:].reshape(-1, 3, 32, 32), raw[:, labels - 1].long()
