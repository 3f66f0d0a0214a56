"""MNIST (LeCun et al. 1998): 60,000 + 10,000 grey images of 28 x 28, downloaded once and checked."""

import gzip
from pathlib import Path

import numpy as np
import torch

from lossland.inputs.arrays import Arrays, images
from lossland.inputs.downloads import fetched
from lossland.options import Index

URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SHA256 = {
    "train-images-idx3": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}


def load(root, *, val: Index = 0) -> Arrays:
    """The last `val` training images are the validation split."""
    return of_idx(Path(root) / "MNIST", URL, SHA256, val)


def of_idx(folder, url, checksums, val) -> Arrays:
    """The four files of MNIST, and of what takes its place, in `folder`/raw: images and labels of train, then of test."""
    names = [f"{name}-ubyte.gz" for name in checksums]
    files = [fetched(folder / "raw" / name, url + name, sha) for name, sha in zip(names, checksums.values(), strict=True)]
    x, y, test_x, test_y = map(_idx, files)
    return images((x[:, None], y.long()), (test_x[:, None], test_y.long()), classes=10, val=val)


def _idx(file):
    """The bytes of a file as a tensor: behind 2 bytes, a type, the number of axes, and 4 bytes for the length of each."""
    raw = gzip.decompress(file.read_bytes())
    start = 4 + 4 * raw[3]
    shape = np.frombuffer(raw[4:start], ">i4").tolist()
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=start).reshape(shape).copy())
