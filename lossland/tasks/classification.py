"""Classification into C classes: cross-entropy in nats, error as a fraction. Of an example, or of each pixel of one.

nll(x, y) = -log softmax(f(x))_y        error(x, y) = [argmax f(x) != y]

Outputs are [n C] for labels [n], or [n C H W] for [n H W], as PyTorch has it; classes along the last axis are task `tokens`.
"""

import torch
from torch.nn import functional as F

from lossland.tasks import full

SCORES = ("nll", "error")
MEMORY = False
FEW = 16  # classes, over which softmax takes least time along the first axis


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


def targets(target):
    """The labels [m] of all rows."""
    return target.reshape(-1).long()


def rows(outputs, target):
    """Logits [m C] and labels [m] of all pixels."""
    return (outputs if outputs.ndim == 2 else outputs.movedim(1, -1).flatten(0, -2)), targets(target)


def losses(outputs, target):
    """Negative log-likelihood [m] of logits [n C ...]."""
    outputs, target = rows(outputs, target)
    if torch.is_grad_enabled() or outputs.device.type != "cpu" or outputs.shape[1] > FEW:
        return F.cross_entropy(full(outputs), target, reduction="none")
    return full(outputs).T.contiguous().log_softmax(0).gather(0, target[None])[0].neg()  # in a fifth of the time


def scores(outputs, target):
    """The SCORES of every row, [m 2]."""
    outputs, target = rows(outputs, target)
    nll = losses(outputs, target)
    return torch.stack([nll, (outputs.argmax(1) != target).to(nll)], 1)


def probabilities(outputs):
    """Predictive distribution [m C], in float64: in float32 a class that is 104 nats behind has none."""
    return rows(outputs, outputs.new_zeros(0))[0].double().softmax(1)


def values(outputs):
    """p(y = 1) [n] of two classes, in float64. Raises ValueError if there are more."""
    if outputs.shape[1] != 2:
        raise ValueError(f"functions are drawn of one output, and there are {outputs.shape[1]} classes; name data of two")
    return probabilities(outputs)[:, 1]


def fit(outputs, target, classes):
    """Raises ValueError unless outputs [n C ...] belong to labels [n ...] of at most C classes."""
    refuse_labels(outputs, target, 1)
    refuse_few(outputs.shape[1], classes)


def refuse_few(found, classes):
    if found == 1:
        raise ValueError("the network gives one output, and classes have one each; make as many, or name task: binary")
    if found < classes:
        raise ValueError(f"the network gives {found} outputs, and there are {classes} classes; make one for each")


def refuse_labels(outputs, target, axis):
    """Raises ValueError unless targets are numbers of classes, in the shape of outputs without that `axis`."""
    given, wanted = list(outputs.shape), list(target.shape)
    if target.is_floating_point() or target.is_complex():
        raise ValueError(
            f"the targets are {wanted} of {target.dtype}, and labels are whole numbers of classes; "
            "convert them, or name the task: regression, binary or multilabel"
        )
    names = {1: "classification", -1: "tokens"}
    for here in (axis, 1 if axis == -1 else -1):
        fits = len(given) > 1 and given[:here] + (given[here + 1 :] if here == 1 else []) == wanted
        if fits and here == axis:
            return
        if fits:
            raise ValueError(
                f"the network gives {given} for labels {wanted}, its classes along another axis than {names[axis]} has them; "
                f"name task: {names[here]}"
            )
    shape = given[:1] + given[2:] if axis == 1 else given[:-1]
    raise ValueError(f"the network gives {given} for labels {wanted}; give class numbers {shape}, or name another task")
