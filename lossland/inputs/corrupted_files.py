"""CIFAR-10-C and ImageNet-C from the user's own files (Hendrycks & Dietterich 2019, arXiv 1903.12261).

Arrays, for data in memory (zenodo.org/records/2535967): a folder with one file <corruption>.npy, uint8 [50000 32 32 3], for
each corruption: the 10,000 test images at each of five severities, one after another; and labels.npy, [50000]. A subset of
each severity may take the place of the 10,000.

Images, for data that stay files (zenodo.org/records/2235448): <corruption>/<severity>/<class>/*.JPEG, or PNG.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

SEVERITIES = 5
ENDINGS = {".jpeg", ".jpg", ".png"}


def names(folder, arrays) -> list[str]:
    """The corruptions that are there, as arrays or as folders of images."""
    if arrays:
        return sorted({path.stem for path in Path(folder).glob("*.npy")} - {"labels"})
    return sorted({path.parent.name for path in Path(folder).glob("*/[1-5]") if path.is_dir()})


def read(folder, name, severity):
    """(x uint8 [N 3 H W], y [N]) of a corruption at a severity. Raises ValueError on missing or other files."""
    x, y = (_array(Path(folder) / f"{part}.npy") for part in (name, "labels"))
    if x.dtype != np.uint8 or x.ndim != 4 or len(x) % SEVERITIES or y.shape != x.shape[:1]:
        found = f"{x.dtype} {list(x.shape)} with labels {list(y.shape)}"
        raise ValueError(f"{folder}/{name}.npy is {found}, not uint8 [50000 32 32 3] with [50000]; take those of CIFAR-10-C")
    n = len(x) // SEVERITIES
    rows = slice(n * (severity - 1), n * severity)
    return torch.from_numpy(x[rows].transpose(0, 3, 1, 2).copy()), torch.from_numpy(y[rows].astype(np.int64))


def _array(path):
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is no readable array ({error}); put the unpacked files of CIFAR-10-C there") from error


def classes(folder, name, severity, number) -> list[str]:
    """The classes of a corruption at a severity, in alphabetical order. Raises ValueError if they are not `number`."""
    at = Path(folder) / name / str(severity)
    if not at.is_dir():
        raise ValueError(f"there is no folder {at}; unpack all severities of ImageNet-C, or name others in severities")
    found = sorted(path.name for path in at.iterdir() if path.is_dir())
    if len(found) != number:
        raise ValueError(f"{at} has {len(found)} classes, and the networks have {number}; put a folder for each class there")
    return found


def listed(folder, name, severity, like, number):
    """(Images, y [N]) of a corruption at a severity, of the size of the Images `like`. Raises as `classes`.

    The files of ImageNet-C are middles already: their shorter side becomes the size, and nothing is cut off a square.
    """
    at, paths, y = f"{name}/{severity}", [], []
    for label, kind in enumerate(classes(folder, name, severity, number)):
        files = sorted(p.name for p in (Path(folder) / at / kind).iterdir() if p.suffix.lower() in ENDINGS)
        paths += [f"{at}/{kind}/{file}" for file in files]
        y += [label] * len(files)
    if not paths:
        raise ValueError(f"{folder}/{at} has no images in the folders of its classes; unpack ImageNet-C there")
    return replace(like, paths=paths, root=Path(folder), resize=like.size), torch.tensor(y)
