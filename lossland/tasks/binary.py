"""Two classes from one logit f, that of class 1 (Benton et al. 2021, arXiv 2102.13042, section 5.3): nll in nats, error.

nll(x, y) = log(1 + exp(f(x))) - y f(x)        error(x, y) = [[f(x) > 0] != y]

The same as the classification by the two logits (0, f). Of an example, or of each pixel; labels may have an axis of one.
"""

import torch
from torch.nn import functional as F

from lossland.tasks import IGNORED, full

SCORES = ("nll", "error")


def outputs(classes):
    """One logit. Raises ValueError if there are not two classes."""
    if classes != 2:
        raise ValueError(f"one logit is for 2 classes, and the data have {classes}; leave binary out")
    return 1


def targets(target):
    """The labels [m] of all rows."""
    return target.reshape(-1)


def rows(outputs, target):
    """Logits [m] and labels [m]."""
    return outputs.reshape(-1), targets(target)


def losses(outputs, target):
    """Negative log-likelihood [m] of logits [n 1 ...]."""
    outputs, target = rows(full(outputs), target)
    return F.binary_cross_entropy_with_logits(outputs, target.to(outputs), reduction="none")


def scores(outputs, target):
    """The SCORES of every row, [m 2]."""
    nll = losses(outputs, target)
    outputs, target = rows(outputs, target)
    return torch.stack([nll, ((outputs > 0) != (target > 0.5)).to(nll)], 1)


def probabilities(outputs):
    """Predictive distribution [m 2], in float64."""
    f = outputs.double().reshape(-1)
    return torch.stack([-f, f], 1).sigmoid()


def values(outputs):
    """p(y = 1) [n], in float64."""
    return outputs.double().reshape(-1).sigmoid()


def fit(outputs, target, classes):
    """Raises ValueError unless there is one logit for each label, and labels are 0, 1 or between."""
    if target.ndim == 2 and target.shape[1] > 1:
        raise ValueError(f"the targets are {list(target.shape)}; several labels of an example are task: multilabel")
    refuse_other_rows(outputs, target, "one logit for each label")
    refuse_shares(target[target != IGNORED])


def refuse_other_rows(outputs, target, remedy):
    """Raises ValueError unless both have one shape, but for an axis of one behind the first."""
    given, wanted = list(outputs.shape), list(target.shape)
    one = [[n for i, n in enumerate(shape) if i != 1 or n != 1] for shape in (given, wanted)]
    if one[0] != one[1]:
        raise ValueError(f"the network gives {given} for targets {wanted}; give {remedy}")


def refuse_shares(target):
    """Raises ValueError unless labels are 0, 1 or between."""
    odd = target[(target < 0) | (target > 1)]
    if odd.numel():
        raise ValueError(f"a label is {odd.flatten()[0]:g}; give 0 or 1")
