"""Fashion-MNIST (Xiao et al. 2017, arXiv 1708.07747): MNIST's sizes, clothes; downloaded once and checked by torchvision."""

from torchvision.datasets import FashionMNIST

from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Index


def load(root, *, val: Index = 0) -> Arrays:
    """The last `val` training pictures are the validation split."""
    parts = [FashionMNIST(root, train=train, download=True) for train in (True, False)]
    return pictures(*((p.data[:, None], p.targets) for p in parts), classes=10, val=val)
