"""Multilayer perceptron with ReLU: flatten, then linear layers of the given widths."""

from itertools import pairwise
from math import prod

from torch import nn

from lossland.options import Count


def build(shape, classes, *, hidden: list[Count] = (100, 100)) -> nn.Module:
    widths = [prod(shape), *hidden, classes]
    layers = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(nn.Flatten(), *layers[:-1])
