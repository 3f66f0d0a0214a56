"""Regression of a number under Gaussian noise of variance 1 (Izmailov et al. 2019, arXiv 1907.07504): nll in nats.

nll(x, y) = (f(x) - y)^2 / 2 + ln(2 pi) / 2        squared_error(x, y) = (f(x) - y)^2
"""

import math

import torch

from lossland.tasks.classification import MEMORY as MEMORY
from lossland.tasks.classification import batch as batch
from lossland.tasks.classification import minibatches as minibatches

SCORES = ("nll", "squared_error")


def outputs(classes):
    """The mean of the Gaussian."""
    return 1


def losses(outputs, target):
    """Negative log-likelihood [n] of means [n 1]."""
    return 0.5 * _squares(outputs, target) + 0.5 * math.log(2 * math.pi)


def scores(outputs, target):
    """The SCORES of every example, [n 2]."""
    return torch.stack([losses(outputs, target), _squares(outputs, target)], 1)


def probabilities(outputs):
    """Raises ValueError: there are no classes."""
    raise ValueError("a regression gives no class a probability; measure landscape or functions, or name data with classes")


def values(outputs):
    """The means [n], in float64."""
    return outputs.double().reshape(-1)


def _squares(outputs, target):
    return (outputs.float().reshape(-1) - target).square()
