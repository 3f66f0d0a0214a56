"""Fashion-MNIST (Xiao et al. 2017, arXiv 1708.07747): MNIST's sizes, clothes; downloaded once and checked."""

from pathlib import Path

from lossland.data.mnist import of_idx
from lossland.inputs.arrays import Arrays
from lossland.options import Index

URL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
SHA256 = {
    "train-images-idx3": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}


def load(root, *, val: Index = 0) -> Arrays:
    """The last `val` training images are the validation split."""
    return of_idx(Path(root) / "FashionMNIST", URL, SHA256, val)
