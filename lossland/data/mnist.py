"""MNIST (LeCun et al. 1998): 60,000 + 10,000 grey pictures of 28 x 28, downloaded once and checked by torchvision."""

from torchvision.datasets import MNIST

from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Index


def load(root, *, val: Index = 0) -> Arrays:
    """The last `val` training pictures are the validation split."""
    parts = [MNIST(root, train=train, download=True) for train in (True, False)]
    return pictures(*((p.data[:, None], p.targets) for p in parts), classes=10, val=val)
