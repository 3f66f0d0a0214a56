"""Two classes from one logit f, that of class 1 (Benton et al. 2021, arXiv 2102.13042, section 5.3): nll in nats, error.

nll(x, y) = log(1 + exp(f(x))) - y f(x)        error(x, y) = [[f(x) > 0] != y]

The same as the classification by the two logits (0, f).
"""

import torch
from torch.nn import functional as F

from lossland.tasks.classification import MEMORY as MEMORY
from lossland.tasks.classification import batch as batch
from lossland.tasks.classification import minibatches as minibatches

SCORES = ("nll", "error")


def outputs(classes):
    """One logit. Raises ValueError if there are not two classes."""
    if classes != 2:
        raise ValueError(f"one logit is for 2 classes, and the data have {classes}; leave binary out")
    return 1


def losses(outputs, target):
    """Negative log-likelihood [n] of logits [n 1]."""
    return F.binary_cross_entropy_with_logits(outputs.float().reshape(-1), target.float(), reduction="none")


def scores(outputs, target):
    """The SCORES of every example, [n 2]."""
    wrong = (outputs.reshape(-1) > 0) != target
    return torch.stack([losses(outputs, target), wrong.float()], 1)


def probabilities(outputs):
    """Predictive distribution [n 2], in float64."""
    f = outputs.double().reshape(-1)
    return torch.stack([-f, f], 1).sigmoid()


def values(outputs):
    """p(y = 1) [n], in float64."""
    return outputs.double().reshape(-1).sigmoid()
