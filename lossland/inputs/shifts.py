"""The examples of a split under corruptions: made here, or the files of CIFAR-10-C and ImageNet-C."""

import itertools
from collections.abc import Iterator

import torch

from lossland.inputs import corrupted_files
from lossland.inputs.arrays import evenly
from lossland.inputs.corruptions import COLOURED, CORRUPTIONS, corrupted


def shifts(data, split, corruptions=None, severities=(1, 2, 3, 4, 5), folder=None, examples=None) -> Iterator[tuple]:
    """({corruption, severity}, images, labels) of a split: clean as it is (severity 0), then under each of `corruptions`, by
    default all that the images have colours for, or of the user's own CIFAR-10-C or ImageNet-C in `folder` all there are.

    So many `examples` are corrupted, at even distances. Raises ValueError on inputs that are not images, on unknown
    corruptions and on a folder of other classes or severities.
    """
    x, y = data.x[split], data.y[split]
    if corruptions is not None and not len(corruptions):
        yield {"corruption": "none", "severity": 0}, x, y
        return
    known, where = _known(x, folder), f"in {folder}" if folder else "for these images"
    if unknown := set(corruptions or known) - set(known):
        raise ValueError(f"there is no corruption {min(unknown)} {where}; name some of: {', '.join(known)}")
    n = min(len(x), examples or len(x))
    rows = evenly(torch.arange(n), n, len(x))
    shifts, stays = list(itertools.product(corruptions or known, severities)), not torch.is_tensor(x)
    for name, severity in shifts if stays else ():  # before hours of others
        corrupted_files.classes(folder, name, severity, data.classes)
    yield {"corruption": "none", "severity": 0}, x, y
    for name, severity in shifts:
        if stays:
            pair = corrupted_files.listed(folder, name, severity, x, data.classes)
        elif folder:
            pair = corrupted_files.read(folder, name, severity)
        else:
            pair = corrupted(x[rows], name, severity), y[rows]
        if pair[0].shape[1:] != x.shape[1:]:
            found, own = (list(images.shape[1:]) for images in (pair[0], x))
            raise ValueError(f"{folder} has images {found}, and the networks' own are {own}; name networks of CIFAR-10")
        yield {"corruption": name, "severity": severity}, *pair


def _known(x, folder):
    """The corruptions there are for images `x`. Raises ValueError if there are none."""
    arrays = torch.is_tensor(x) or isinstance(x, (tuple, dict))
    if arrays and (not torch.is_tensor(x) or x.dtype != torch.uint8 or x.ndim != 4):
        raise ValueError("shift corrupts uint8 images in memory, and these data are none; name networks of such images")
    if not folder:
        if not arrays:
            raise ValueError("shift corrupts images in memory, and these data stay files; give folder, that of ImageNet-C")
        return [name for name in CORRUPTIONS if x.shape[1] == 3 or name not in COLOURED]
    if known := corrupted_files.names(folder, arrays):
        return known
    missing, data = (".npy files", "CIFAR-10-C") if arrays else ("folders <corruption>/<severity>/<class>", "ImageNet-C")
    raise ValueError(f"there are no {missing} in {folder}; put the unpacked files of {data} there")
