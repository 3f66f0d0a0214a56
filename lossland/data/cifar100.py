"""CIFAR-100 (Krizhevsky 2009), fine labels: 50,000 + 10,000 images of 32 x 32, downloaded once and checked."""

from lossland.data.cifar10 import read
from lossland.inputs.arrays import Arrays, images
from lossland.options import Fraction, Index, Scaling


def load(root, *, val: Index = 0, scaling: Scaling = "standard", crop: Index = 4, flip: Fraction = 0.5) -> Arrays:
    """As `cifar10.load`."""
    files = {split: [f"cifar-100-binary/{split}.bin"] for split in ("train", "test")}
    parts = read(root, "cifar-100-binary.tar.gz", files, labels=2)
    return images(*parts, classes=100, val=val, augment={"crop": crop, "flip": flip}, scaling=scaling)
