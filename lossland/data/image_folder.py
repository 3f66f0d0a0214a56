"""A user's own pictures: `folder`/train/<class>/*.png (jpg, webp, ...), `folder`/test/<class>/..., all held in memory."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torchvision.datasets import ImageFolder

from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Count, Folder, Fraction, Index


def load(root, *, folder: Folder, size: Count = 32, val: Index = 0, crop: Index = 4, flip: Fraction = 0.5) -> Arrays:
    """Pictures are cut to the square in their middle and resized to `size`; `crop` and `flip` are the augmentation.

    The class order is the alphabetical one of `folder`/train. Validation pictures are the last `val` of a fixed shuffle.
    """
    train, test = listings(Path(root) / folder, "train", "test")
    x, y = _read(train, size)
    shuffled = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))  # files come sorted by class
    augment = {"crop": crop, "flip": flip}
    return pictures((x[shuffled], y[shuffled]), _read(test, size), classes=len(train.classes), val=val, augment=augment)


def listings(folder, train, test):
    """The files and labels of two splits with the same classes; torchvision's ImageFolder of each."""
    for split in (folder / train, folder / test):
        if not split.is_dir():
            raise FileNotFoundError(f"there is no folder {split}; {train}/ and {test}/ must have a folder per class")
    found = ImageFolder(folder / train), ImageFolder(folder / test)
    if odd := sorted(set(found[0].classes) ^ set(found[1].classes)):
        raise ValueError(f"{folder}: {train} and {test} have different classes, {', '.join(odd)} is in one only")
    return found


def _read(listing, size):
    x = torch.empty(len(listing.samples), 3, size, size, dtype=torch.uint8)
    for i, (path, _) in enumerate(listing.samples):
        try:
            with Image.open(path) as image:
                image = ImageOps.fit(image.convert("RGB"), (size, size))
        except (UnidentifiedImageError, OSError) as error:
            raise ValueError(f"{path} is not a readable picture; remove or replace it") from error
        x[i] = torch.from_numpy(np.array(image)).permute(2, 0, 1)
    return x, torch.tensor(listing.targets)
