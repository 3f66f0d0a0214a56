"""The units of a network that may be permuted, found by watching one forward pass; no architecture is written down.

With every tensor goes what its axes count (see `units`). Those of parameters begin unknown; each operation makes some the same,
as a convolution those of its input's channels and of its kernel's. The input, the output, and whatever enters an operation
that is not known here stays as it is: always right, at times less free than could be.

Differs from Ainsworth et al. 2022 (arXiv 2209.04836) in: there, and in ports of it, the axes are listed by hand.
"""

from dataclasses import dataclass

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from lossland.symmetries.axes import FIXED, Units, fixed
from lossland.symmetries.rules import RULES, same


@dataclass(frozen=True)
class Symmetries:
    """What may be permuted: `classes`, their numbers of units, each by the name of the parameter and of the axis that has it
    first; `axes`, of each axis of each parameter its segments (class, or None where it is fixed; units; repeats)."""

    classes: dict[str, int]
    axes: dict[str, list[list[tuple[str | None, int, int]]]]


@torch.no_grad()
def watched(problem) -> Symmetries:
    """Of the problem's network, in a forward pass of a few training examples."""
    parameters = problem.space.unravel(problem.init(0))
    _, inputs, _ = next(problem.batches("train", 8))
    with torch.random.fork_rng([problem.device] if problem.device.type == "cuda" else []), _Watching(parameters) as seen:
        for tensor in tree_leaves(problem.space.forward(parameters, *inputs)):
            seen.freeze(tensor)
    found = {n: [seen.units.resolved(axis) for axis in seen.axes(p)] for n, p in parameters.items()}
    names, classes = {FIXED: None}, {}
    for parameter, i, j, (c, n, _) in _segments(found):
        if c not in names:
            names[c] = None if n == 1 else f"{parameter}.{i}" + f".{j}" * (j > 0)
            classes |= {names[c]: n} if n > 1 else {}
    return Symmetries(classes, {p: [[(names[c], n, r) for c, n, r in axis] for axis in axes] for p, axes in found.items()})


def _segments(found):
    for parameter, axes in found.items():
        for i, axis in enumerate(axes):
            for j, segment in enumerate(axis):
                yield parameter, i, j, segment


class _Watching(TorchDispatchMode):
    """Follows the axes of all tensors that come from `parameters` through the operations of a forward pass."""

    def __init__(self, parameters):
        super().__init__()
        self.units, self._axes = Units(), WeakTensorKeyDictionary()
        for tensor in parameters.values():
            self._axes[tensor] = [self.units.fresh(n) for n in tensor.shape]

    @classmethod
    def _should_skip_dynamo(cls):
        return False  # else PyTorch imports its compiler for the first operation: two seconds, and nothing is compiled here

    def axes(self, tensor):
        return self._axes.get(tensor) or [fixed(n) for n in tensor.shape]

    def freeze(self, tensor):
        for axis in self.axes(tensor):
            self.units.freeze(axis)

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        made = operation(*args, **(kwargs or {}))
        rule = RULES.get(operation.overloadpacket.__name__, same if torch.Tag.pointwise in operation.tags else None)
        if rule is None:
            for tensor in filter(torch.is_tensor, tree_leaves((args, kwargs))):
                self.freeze(tensor)
            return made
        given = {a.name: a.default_value for a in operation._schema.arguments} | (kwargs or {})
        given |= {a.name: value for a, value in zip(operation._schema.arguments, args, strict=False)}
        outputs = made if isinstance(made, (list, tuple)) else [made]
        for tensor, axes in zip(outputs, rule(self, outputs[0], *given.values()), strict=False):
            self._axes[tensor] = axes
        return made
