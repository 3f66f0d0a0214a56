"""CIFAR-10-C from the user's own files (Hendrycks & Dietterich 2019, arXiv 1903.12261; zenodo.org/records/2535967).

A folder with one file <corruption>.npy, uint8 [50000 32 32 3], for each corruption: the 10,000 test pictures at each of five
severities, one after another; and labels.npy, [50000]. A subset of each severity may take the place of the 10,000.
"""

from pathlib import Path

import numpy as np
import torch

SEVERITIES = 5


def names(folder) -> list[str]:
    """The corruptions that are there."""
    return sorted({path.stem for path in Path(folder).glob("*.npy")} - {"labels"})


def read(folder, name, severity):
    """(x uint8 [N 3 H W], y [N]) of a corruption at a severity. Raises ValueError on missing or other files."""
    x, y = (_array(Path(folder) / f"{part}.npy") for part in (name, "labels"))
    if x.dtype != np.uint8 or x.ndim != 4 or len(x) % SEVERITIES or y.shape != x.shape[:1]:
        found = f"{x.dtype} {list(x.shape)} with labels {list(y.shape)}"
        raise ValueError(
            f"{folder}/{name}.npy is {found}, not uint8 [50000 32 32 3] with [50000]; take the files of CIFAR-10-C"
        )
    n = len(x) // SEVERITIES
    rows = slice(n * (severity - 1), n * severity)
    return torch.from_numpy(x[rows].transpose(0, 3, 1, 2).copy()), torch.from_numpy(y[rows].astype(np.int64))


def _array(path):
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is no readable array ({error}); put the unpacked files of CIFAR-10-C there") from error
