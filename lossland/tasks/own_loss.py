"""A task that is trained on a loss of one's own: a loss module of PyTorch, or a function of (outputs, target).

mean loss = sum of the values of the rows / sum of their weights

A loss module gives what it gives in PyTorch, over any number of rows: class weights are the weights of its mean, an
`ignore_index` leaves rows out, label smoothing is its own. A function gives a value for each example, or for each row. In
tables the loss is called nll, whatever its unit; all other scores are those of the task.
"""

import copy
from types import SimpleNamespace

import torch
from torch import nn

from lossland.tasks import IGNORED, full, imported

REDUCED = ("mean", "none")


def with_loss(task, loss):
    """The `task` on a `loss`, which may be named as "module:name". Raises ValueError if it is none."""
    loss = imported(loss, "loss") if isinstance(loss, str) else loss
    if not callable(loss):
        raise ValueError(f"loss is {loss!r:.80}; give a loss module, or a function of (outputs, target)")
    if isinstance(loss, type):
        raise ValueError(f"loss is the class {loss.__name__}; make one of it: {loss.__name__}()")
    if isinstance(loss, nn.Module) and (own := [n for n, p in loss.named_parameters() if p.requires_grad]):
        raise ValueError(f"loss has the parameter {own[0]}, and only those of the network are trained; make it a part of that")
    own = _Module(task, loss) if hasattr(loss, "reduction") else _Function(task, loss)
    given = {n: getattr(task, n) for n in dir(task) if not n.startswith("_")}
    return OwnLoss(**given | {n: getattr(own, n) for n in ("losses", "scores", "weights", "ignored")})


class OwnLoss(SimpleNamespace):
    """What a task is made of, on another loss; `weights` of targets [m], if not all count alike; the label `ignored`."""


class _Function:
    def __init__(self, task, loss):
        self.task, self.loss, self.weights, self.ignored = task, loss, None, IGNORED

    def losses(self, outputs, target):
        """Values [m]: those of an example, if the function gives one for each, are those of all its rows."""
        found, m = self.loss(full(outputs), target), len(self.task.rows(outputs, target)[0])
        if not torch.is_tensor(found) or not found.ndim:
            raise ValueError("loss gives one number for a batch; give a value for each example, as reduction='none' does")
        if found.numel() == m:
            return found.reshape(-1)
        if len(found) != len(target):
            raise ValueError(f"loss gives {list(found.shape)} for a batch of {len(target)}; give a value for each example")
        return found.reshape(len(found), -1).mean(1).repeat_interleave(m // len(found))

    def scores(self, outputs, target):
        """The task's scores [m SCORES], the first of them the loss."""
        scores = self.task.scores(outputs, target)
        return torch.cat([self.losses(outputs, target)[:, None].to(scores), scores[:, 1:]], 1)


class _Module(_Function):
    """Of rows, as PyTorch's modules take them."""

    def __init__(self, task, loss):
        super().__init__(task, loss)
        if loss.reduction not in REDUCED:
            raise ValueError(f"loss has reduction {loss.reduction!r}, and losses are means; give it reduction 'mean' or 'none'")
        self.of_labels = hasattr(loss, "ignore_index")
        self.ignored, self.weight = getattr(loss, "ignore_index", IGNORED), getattr(loss, "weight", None)
        if self.weight is not None and not (self.weight.isfinite().all() and self.weight.min() >= 0 and self.weight.max() > 0):
            raise ValueError(f"loss has the weights {self.weight.tolist()!s:.80}; give numbers of at least 0, one above")
        self.weights = self._weights if self.of_labels and self.weight is not None else None
        self.made = {}

    def losses(self, outputs, target):
        outputs, target = self.task.rows(full(outputs), target)
        if isinstance(self.loss, nn.NLLLoss) and not self.made:  # once
            _refuse_scores(outputs)
        found = self._like(outputs)(outputs, target if self.of_labels else target.to(outputs))
        return found.flatten(1).mean(1) if found.ndim > 1 else found

    def _weights(self, target):
        """The class weights [m] of labels [m]."""
        return self.weight.to(target.device)[target]

    def _like(self, outputs):
        """The module without its reduction, on the device and in the type of a tensor."""
        key = (outputs.device, outputs.dtype)
        if key not in self.made:
            self.made[key] = copy.deepcopy(self.loss).to(*key)
            self.made[key].reduction = "none"
        return self.made[key]


def _refuse_scores(outputs):
    """Raise ValueError unless each row is of log-probabilities, as NLLLoss takes them."""
    total = outputs.detach().logsumexp(1).abs().max()
    if total > 1e-2:
        raise ValueError(
            "loss is NLLLoss, which takes log-probabilities, and the network's outputs are not; end it in log_softmax, or "
            "take CrossEntropyLoss"
        )
