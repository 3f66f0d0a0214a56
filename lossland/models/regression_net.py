"""The network of Izmailov et al. 2019 (arXiv 1907.07504) for regression on the line, as in Benton et al. 2021, section 6.1.

(x/2, (x/2)^2) -> linear layers 200-50-50-50-1 with ReLU between them
"""

from math import prod

import torch
from torch import nn

from lossland.models import mlp
from lossland.options import Count


def build(shape, classes, *, hidden: list[Count] = (200, 50, 50, 50)) -> nn.Module:
    return nn.Sequential(Squares(), *mlp.build((2 * prod(shape),), classes, hidden=hidden))


class Squares(nn.Module):
    def forward(self, x):
        return torch.cat([x / 2, (x / 2) ** 2], 1)
