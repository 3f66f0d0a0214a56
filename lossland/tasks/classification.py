"""Classification into C classes: cross-entropy in nats, error as a fraction.

nll(x, y) = -log softmax(f(x))_y        error(x, y) = [argmax f(x) != y]
"""

import torch
from torch.nn import functional as F

SCORES = ("nll", "error")
MEMORY = False


def outputs(classes):
    """Logits, one for each class."""
    return classes


def minibatches(n, size, rng=None):
    """Row numbers of the minibatches of one epoch over n examples: shuffled under `rng`, else in order."""
    if rng is None:  # of even sizes: a last batch of one has no variance for batch norm
        return torch.arange(n).tensor_split(-(-n // size))
    order = torch.randperm(n, generator=rng)
    cut = n - 1 if n % size == 1 and n > 1 else n  # a last one joins the batch before: batch norm needs two
    parts = list(order[:cut].split(size))
    return [*parts[:-1], order[size * (len(parts) - 1) :]]


def batch(arrays, split, rows, rng=None):
    """(inputs, target) of the examples `rows`, augmented where `rng` is given."""
    return (arrays.inputs(split, rows, rng),), arrays.y[split][rows]


def losses(outputs, target):
    """Negative log-likelihood [n] of logits [n C]."""
    return F.cross_entropy(outputs.float(), target, reduction="none")


def scores(outputs, target):
    """The SCORES of every example, [n 2]."""
    return torch.stack([losses(outputs, target), (outputs.argmax(1) != target).float()], 1)


def probabilities(outputs):
    """Predictive distribution [n C], in float64: in float32 a class that is 104 nats behind has none."""
    return outputs.double().softmax(1)


def values(outputs):
    """p(y = 1) [n] of two classes, in float64. Raises ValueError if there are more."""
    if outputs.shape[1] != 2:
        raise ValueError(f"functions are drawn of one output, and there are {outputs.shape[1]} classes; name data of two")
    return probabilities(outputs)[:, 1]
