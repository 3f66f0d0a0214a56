"""A user's own images: `folder`/train/<class>/*.png (jpg, webp, ...), `folder`/test/<class>/..., all held in memory."""

from functools import partial
from pathlib import Path

import torch
from PIL import ImageOps

from lossland.inputs.arrays import Arrays, images
from lossland.inputs.images import decode, listed, refuse_more_than_memory
from lossland.options import Count, Folder, Fraction, Index


def load(root, *, folder: Folder, size: Count = 32, val: Index = 0, crop: Index = 4, flip: Fraction = 0.5) -> Arrays:
    """Images are cut to the square in their middle and resized to `size`; `crop` and `flip` are the augmentation.

    The class order is the alphabetical one of `folder`/train. Validation images are the last `val` of a fixed shuffle.
    """
    classes, train, test = listings(Path(root) / folder, "train", "test")
    refuse_more_than_memory(
        Path(root) / folder, len(train) + len(test), (3, size, size), "lower size, or take source: imagenet"
    )
    x, y = _read(train, size)
    shuffled = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))  # files come sorted by class
    augment = {"crop": crop, "flip": flip}
    return images((x[shuffled], y[shuffled]), _read(test, size), classes=len(classes), val=val, augment=augment)


def listings(folder, train, test):
    """The classes of a folder, which two splits must share, and (path, label) of the images of each split."""
    (classes, train_samples), (others, test_samples) = (listed(folder / split) for split in (train, test))
    if odd := sorted(set(classes) ^ set(others)):
        raise ValueError(f"{folder}: {train} and {test} have different classes, {', '.join(odd)} is in one only")
    return classes, train_samples, test_samples


def _read(samples, size):
    x = torch.empty(len(samples), 3, size, size, dtype=torch.uint8)
    for row, (path, _) in zip(x, samples, strict=True):
        row.copy_(torch.from_numpy(decode(path, partial(ImageOps.fit, size=(size, size)))).permute(2, 0, 1))
    return x, torch.tensor([label for _, label in samples])
