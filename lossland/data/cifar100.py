"""CIFAR-100 (Krizhevsky 2009), fine labels: 50,000 + 10,000 pictures of 32 x 32, downloaded once and checked."""

from lossland.data.cifar10 import fetch, read
from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Fraction, Index, Scaling


def load(root, *, val: Index = 0, scaling: Scaling = "standard", crop: Index = 4, flip: Fraction = 0.5) -> Arrays:
    """As `cifar10.load`."""
    folder = fetch(root, "cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", "cifar-100-binary")
    train, test = (read([folder / f"{split}.bin"], labels=2) for split in ("train", "test"))
    return pictures(train, test, classes=100, val=val, augment={"crop": crop, "flip": flip}, scaling=scaling)
