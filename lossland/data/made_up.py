"""Noise in the place of images or of a text that cannot be had: their shape, type and classes, and nothing to learn."""

import torch

from lossland.inputs.arrays import SPLITS, Arrays, images
from lossland.options import Count, Fraction, Index, Scaling
from lossland.rng import stream


def load(
    root,
    *,
    shape: list[Count],
    classes: Count,
    n: Count = 8,
    val: Index = 0,
    scaling: Scaling = "standard",
    crop: Index = 0,
    flip: Fraction = 0.0,
) -> Arrays:
    """`n` uint8 images [C H W] of `shape` in train and test, and in val if `val` is not 0; without a shape, `n` words of a
    text in each split, of which `classes` differ."""
    if not shape:
        words = {split: torch.randint(classes, (n + 1,), generator=stream("made up", split)) for split in SPLITS}
        return Arrays({s: w[:-1] for s, w in words.items()}, {s: w[1:] for s, w in words.items()}, classes, task="language")
    size = {"train": n + min(val, n), "test": n}
    train, test = (
        (
            torch.randint(256, (m, *shape), generator=stream("made up", split), dtype=torch.uint8),
            torch.arange(m) % classes,
        )
        for split, m in size.items()
    )
    return images(train, test, classes=classes, val=min(val, n), augment={"crop": crop, "flip": flip}, scaling=scaling)
