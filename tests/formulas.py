"""Problems in closed form: networks that are formulas of their parameters, and data that are the same in every split."""

from functools import partial

import torch
from torch import nn

from lossland.inputs.arrays import SPLITS, Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace


class Formula(nn.Module):
    """f(theta, x), theta of `n` numbers that begin at 0."""

    def __init__(self, f, n):
        super().__init__()
        self.f, self.theta = f, nn.Parameter(torch.zeros(n))

    def forward(self, x):
        return self.f(self.theta, x)


def everywhere(x, y, classes=2, **options) -> Arrays:
    return Arrays(dict.fromkeys(SPLITS, x), dict.fromkeys(SPLITS, y), classes, **options)


def formula(f, n, x, y, classes=2, **options) -> Problem:
    return Problem(ParamSpace(partial(Formula, f, n)), everywhere(x, y, classes, **options))
