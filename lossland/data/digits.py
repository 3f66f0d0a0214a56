"""Handwritten digits, 1,797 real images of 8 x 8 (Alpaydin & Kaynak 1998), shipped with scikit-learn; no download.

Stratified split, the same for ever: 797 train, 200 val, 800 test.
"""

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from lossland.inputs.arrays import Arrays, moments
from lossland.options import Count, Index


def load(root, *, train: Count | None = None, shift: Index = 0) -> Arrays:
    """`train` keeps so many of the training images, as many of each digit; `shift` augments by random shifts of at most so
    many pixels."""
    x, y = load_digits(return_X_y=True)
    rest, test = train_test_split(range(len(y)), test_size=800, stratify=y, random_state=0)
    kept, val = train_test_split(rest, test_size=200, stratify=y[rest], random_state=0)
    if train is not None:
        kept, _ = train_test_split(kept, train_size=train, stratify=y[kept], random_state=0)
    x = torch.tensor(x * 15).to(torch.uint8).view(-1, 1, 8, 8)  # 17 grey levels, exactly
    rows = {"train": sorted(kept), "val": sorted(val), "test": sorted(test)}
    mean, std = moments(x[rows["train"]])
    xs = {split: x[r] for split, r in rows.items()}
    ys = {split: torch.tensor(y[r]) for split, r in rows.items()}
    return Arrays(xs, ys, 10, mean, std, {"crop": shift} if shift else {})
