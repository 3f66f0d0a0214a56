"""Regression of numbers under Gaussian noise of variance 1 (Izmailov et al. 2019, arXiv 1907.07504): nll in nats.

nll(x, y) = sum_k (f_k(x) - y_k)^2 / 2 + ln(2 pi) / 2        squared_error(x, y) = mean_k (f_k(x) - y_k)^2

of K outputs, most often one. The squared error is PyTorch's MSELoss.
"""

import math

import torch

from lossland.tasks import full
from lossland.tasks.binary import refuse_other_rows

SCORES = ("nll", "squared_error")


def outputs(classes):
    """The means of the Gaussian."""
    return classes


def targets(target):
    """The targets [n K] of all examples."""
    return target.reshape(len(target), -1)


def rows(outputs, target):
    """Means and targets [n K]."""
    return outputs.reshape(len(target), -1), targets(target)


def losses(outputs, target):
    """Negative log-likelihood [n] of means [n K] or, for targets [n], of [n 1] or [n]."""
    nll = 0.5 * _squares(outputs, target) + 0.5 * math.log(2 * math.pi)
    return nll[:, 0] if nll.shape[1] == 1 else nll.sum(1)


def scores(outputs, target):
    """The SCORES of every example, [n 2]."""
    return torch.stack([losses(outputs, target), _squares(outputs, target).mean(1)], 1)


def probabilities(outputs):
    """Raises ValueError: there are no classes."""
    raise ValueError("a regression gives no class a probability; measure landscape or functions, or name data with classes")


def values(outputs):
    """The means [n], in float64. Raises ValueError if an example has several."""
    if outputs.numel() != len(outputs):
        raise ValueError(f"functions are drawn of one output, and these are {list(outputs.shape)}; name data with one")
    return outputs.double().reshape(-1)


def fit(outputs, target, classes):
    """Raises ValueError unless there is one output for each number."""
    refuse_other_rows(outputs, target, "one output for each number")


def _squares(outputs, target):
    outputs, target = rows(full(outputs), target)
    return (outputs - target).square()
