"""A small convolutional network, the embedded default: conv 3x3 with stride 2, (batch norm), ReLU, repeated; one linear layer.

Strides instead of pooling: on a CPU, pooling would take most of the time of so small a network.
"""

from itertools import pairwise

from torch import nn

from lossland.options import Count


def build(shape, classes, *, channels: list[Count] = (16, 32), batch_norm: bool = False) -> nn.Module:
    """Each layer halves the image, rounding up."""
    layers, side = [], list(shape[1:])
    for a, b in pairwise([shape[0], *channels]):
        layers += [nn.Conv2d(a, b, 3, stride=2, padding=1), *([nn.BatchNorm2d(b)] if batch_norm else []), nn.ReLU()]
        side = [-(-s // 2) for s in side]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * side[0] * side[1], classes))
