"""Multilayer perceptron: flatten, then linear layers of the given widths, each but the last with ReLU and dropout."""

from itertools import pairwise
from math import prod

from torch import nn

from lossland.options import Count, Fraction


def build(shape, classes, *, hidden: list[Count] = (100, 100), dropout: Fraction = 0.0) -> nn.Module:
    widths = [prod(shape), *hidden, classes]
    thinned = [nn.Dropout(dropout)] if dropout else []
    layers = [layer for a, b in pairwise(widths) for layer in (*thinned, nn.ReLU(), nn.Linear(a, b))]
    return nn.Sequential(nn.Flatten(), *layers[len(thinned) + 1 :])
