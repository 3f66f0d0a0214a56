"""The wedge model, a loss and no network (Fort & Jastrzebski 2019, arXiv 1906.04724): the distance to the nearest n-wedge.

    L(theta) = norm of the D - n smallest |theta_i|        D = dimension, n = long

The wedges are the n-dimensional subspaces along n of the D axes: long in n directions, short in all others. They start from
N(0, 1). No code was released; that the wedges lie along the axes is its simplest form, as remembered, not confirmed.
"""

import torch
from torch import nn

from lossland.options import Count


def build(shape, classes, *, dimension: Count, long: Count) -> nn.Module:
    """For data `formula`. Raises ValueError if no direction is short."""
    if long >= dimension:
        raise ValueError(f"long is {long} of {dimension} dimensions, and the loss is 0 everywhere; make it less")
    return Wedge(dimension, long)


class Wedge(nn.Module):
    def __init__(self, dimension, long):
        super().__init__()
        self.point = nn.Parameter(torch.randn(dimension))
        self.short = dimension - long

    def forward(self, x):
        """The loss [n], the same for each of the examples x [n 0]."""
        return self.point.abs().topk(self.short, largest=False).values.norm().expand(len(x))
