"""Several labels for an example, each there or not, from one logit each: nll in nats, the share of labels that are wrong.

nll(x, y) = sum_k log(1 + exp(f_k(x))) - y_k f_k(x)        error(x, y) = mean_k [[f_k(x) > 0] != y_k]

The labels are independent given the input. PyTorch's BCEWithLogitsLoss is nll / K: name it as the loss to train on that.
"""

import torch
from torch.nn import functional as F

from lossland.tasks import full
from lossland.tasks.binary import refuse_shares

SCORES = ("nll", "error")


def outputs(classes):
    """Logits, one for each label."""
    return classes


def targets(target):
    """The labels [n K] of all examples."""
    return target


def rows(outputs, target):
    """Logits and labels [n K], in floating point."""
    return outputs, target.to(full(outputs))


def losses(outputs, target):
    """Negative log-likelihood [n] of logits [n K]."""
    outputs, target = rows(outputs, target)
    return F.binary_cross_entropy_with_logits(full(outputs), target, reduction="none").flatten(1).sum(1)


def scores(outputs, target):
    """The SCORES of every example, [n 2]."""
    nll = losses(outputs, target)
    wrong = (outputs > 0) != (target > 0.5)
    return torch.stack([nll, wrong.to(nll).flatten(1).mean(1)], 1)


def probabilities(outputs):
    """Raises ValueError: the labels exclude one another not."""
    raise ValueError("labels that do not exclude one another have no distribution over classes; measure landscape")


def fit(outputs, target, classes):
    """Raises ValueError unless outputs and labels have one shape [n K], and labels are 0, 1 or between."""
    if outputs.shape != target.shape or outputs.ndim < 2:
        given, wanted = list(outputs.shape), list(target.shape)
        raise ValueError(f"the network gives {given} for labels {wanted}; give a 0 or 1 for each label, and a logit for each")
    refuse_shares(target)
