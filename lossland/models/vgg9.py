"""VGG-9 for small images, as in Li et al. 2018 (arXiv 1712.09913): the first seven convolutions of VGG-16, two linear layers.

3x3 convolutions with biases of 64, 64, pool, 128, 128, pool, 256, 256, 256, pool channels, each with norm and ReLU; linear,
norm, ReLU, linear.
"""

from torch import nn

from lossland.models.resnet import initialise
from lossland.options import Count


def build(shape, classes, *, width: Count = 64) -> nn.Module:
    """`width` is that of the first group (64 in the paper); the groups have 1, 2 and 4 times as much, the linear layer 4."""
    if min(shape[1:]) < 8:
        raise ValueError(f"vgg9: images are at least 8 x 8, not {shape[1]} x {shape[2]}")
    layers, a = [], shape[0]
    for b, repeats in ((width, 2), (2 * width, 2), (4 * width, 3)):
        for _ in range(repeats):
            layers += [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU()]
            a = b
        layers.append(nn.MaxPool2d(2))
    head = [nn.Flatten(), nn.Linear(a * (shape[1] // 8) * (shape[2] // 8), a), nn.BatchNorm1d(a), nn.ReLU()]
    return initialise(nn.Sequential(*layers, *head, nn.Linear(a, classes)))
