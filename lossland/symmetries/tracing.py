"""The units of a network that may be permuted, found by watching one forward pass; no architecture is written down.

With every tensor goes what its axes count (see `axes`). Those of parameters begin unknown; each operation makes some the same,
as a convolution those of its input's channels and of its kernel's. The input, the output, and whatever enters an operation
that is not known here stays as it is: always right, at times less free than could be.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from lossland.symmetries.axes import FIXED, Units, fixed, length
from lossland.symmetries.rotations import told_apart
from lossland.symmetries.rules import RULES, Part, same


class Inside(NamedTuple):
    """The `size` places inside each unit of class `outer`, as of a head: they may be permuted, of each unit by themselves, and
    `rotates` if no operation tells them apart. `places` are where they are: a parameter, the axis, and where on it the outer's
    segment begins, or the axis of its own that the outer has."""

    outer: str
    size: int
    rotates: bool
    places: list[tuple[str, int, int, int | None]]


@dataclass(frozen=True)
class Symmetries:
    """What may be permuted: `classes`, their numbers of units, each by the name of the parameter and of the axis that has it
    first; `axes`, of each axis of each parameter its segments (class, or None where it is fixed; units; repeats); `insides`,
    what is inside the units of some classes; `linear`, the classes whose units no operation tells apart."""

    classes: dict[str, int]
    axes: dict[str, list[list[tuple[str | None, int, int]]]]
    insides: dict[str, Inside]
    linear: frozenset[str]

    @property
    def mixing(self):
        """The same, with the units of each linear class as the places inside one unit: they may be rotated."""
        axes = {
            p: [[(c, 1, n) if c in self.linear else (c, n, r) for c, n, r in a] for a in own] for p, own in self.axes.items()
        }
        places = {c: [] for c in self.linear}
        for name, own in axes.items():
            for i, axis in enumerate(own):
                for (c, _, _), end in zip(axis, accumulate(n * r for _, n, r in axis), strict=True):
                    if c in places:
                        places[c].append((name, i, end - self.classes[c], None))
        insides = {f"inside {c}": Inside(c, self.classes[c], True, own) for c, own in places.items()}
        return Symmetries(self.classes | dict.fromkeys(self.linear, 1), axes, self.insides | insides, frozenset())


@torch.no_grad()
def watched(problem) -> Symmetries:
    """Of the problem's network, in a forward pass of a few training examples."""
    parameters = problem.space.unravel(problem.init(0))
    _, inputs, _ = next(problem.batches("train", 8))
    with torch.random.fork_rng([problem.device] if problem.device.type == "cuda" else []), _Watching(parameters) as seen:
        for tensor in tree_leaves(problem.space.forward(parameters, *inputs)):
            seen.freeze(tensor)
    found = {n: [seen.units.resolved(axis) for axis in seen.axes(p)] for n, p in parameters.items()}
    nested = {c for axes in found.values() for a in axes for c, above in _walk(a) if above}
    told = {c for axis in seen.told_apart for c, _ in _walk(seen.units.resolved(axis))}
    insides = _insides(seen, found, nested, told)
    names, classes = {FIXED: None} | dict.fromkeys(nested | insides.keys()), {}
    for parameter, axes in found.items():
        for i, axis in enumerate(axes):
            for j, (c, n, _) in enumerate(_flat(axis)):
                if c not in names:
                    names[c] = f"{parameter}.{i}" + f".{j}" * (j > 0)
                    classes[names[c]] = n
    insides = {"inside {}.{}.{}".format(*one.places[0]): one._replace(outer=names[one.outer]) for one in insides.values()}
    named = {p: [[(names[c], n, r) for c, n, r in _flat(axis)] for axis in axes] for p, axes in found.items()}
    longer = {c for axes in named.values() for axis in axes for c, _, r in axis if r > 1}
    linear = {names[c] for c in names if c not in told} & classes.keys() - longer - {one.outer for one in insides.values()}
    return Symmetries(classes, named, insides, frozenset(linear))


def _flat(axis):
    """(class, units, places of a unit) of each segment."""
    for c, n, inside in axis:
        if c == FIXED and inside:
            yield from [one for _ in range(n) for one in _flat(inside)]
        else:
            yield c, n, length(inside) or 1


def _walk(axis, above=()):
    """(class, the classes it is inside of) of all that are on an axis."""
    for c, _, inside in axis:
        if c != FIXED:
            yield c, above
        yield from _walk(inside, (*above, c) if c != FIXED else above)


def _everywhere(axis):
    """The classes that each place of an axis is a place of."""
    every = [{c} | _everywhere(inside) for c, _, inside in axis]
    return set.intersection(*every) - {FIXED} if every else set()


def _insides(seen, found, nested, told_apart):
    """By class those that are inside another's units, and independent from unit to unit: those that go with it in each tensor,
    and in parameters are the places of its units, or on an axis of their own beside its axis."""
    beside = {}
    for parts in seen.all:
        axes = [seen.units.resolved(axis) for axis in seen.known(parts)]
        for i, axis in enumerate(axes):
            others = set().union(*(_everywhere(other) for j, other in enumerate(axes) if j != i))
            for c, above in _walk(axis):
                beside[c] = beside.get(c, others | {*above}) & (others | {*above})
    made = {}
    for c, outers in beside.items():
        for outer in sorted(outers - {c} - made.keys() - nested):
            places, whole = _places(found, c, outer), any(one.outer == c for one in made.values())
            if places and not whole:
                made[c] = Inside(outer, places[0][0], c not in told_apart, [place for _, place in places])
                break
    return made


def _places(found, c, outer):
    """(size, place) wherever in the parameters the class is; none if it is somewhere else than inside the units of `outer`."""
    places, number = [], sum(d == c for axes in found.values() for axis in axes for d, _ in _walk(axis))
    for name, axes in found.items():
        alone = next((j for j, axis in enumerate(axes) if [d for d, *_ in axis] == [outer] and not axis[0][2]), None)
        for i, axis in enumerate(axes):
            start = 0
            for d, n, inside in axis:
                if d == outer and len(inside) == 1 and inside[0][0] == c and not inside[0][2]:
                    places.append((inside[0][1], (name, i, start, None)))
                start += length(((d, n, inside),))
            if len(axis) == 1 and axis[0][0] == c and not axis[0][2] and alone is not None:
                places.append((axis[0][1], (name, i, 0, alone)))
    return places if len(places) == number else []


class _Watching(TorchDispatchMode):
    """Follows the axes of all tensors that come from `parameters` through the operations of a forward pass."""

    def __init__(self, parameters):
        super().__init__()
        self.units, self._axes = Units(), WeakTensorKeyDictionary()
        self.all, self.told_apart = [], []  # the axes of all tensors, and those whose units an operation tells apart
        for tensor in parameters.values():
            self._keep(tensor, [self.units.fresh(n) for n in tensor.shape])

    def _keep(self, tensor, axes):
        self._axes[tensor] = axes
        self.all.append(axes)

    @classmethod
    def _should_skip_dynamo(cls):
        return False  # else PyTorch imports its compiler for the first operation: two seconds, and nothing is compiled here

    def parts(self, tensor):
        return list(self._axes.get(tensor) or map(fixed, tensor.shape))

    def axes(self, tensor):
        return self.forced(self.parts(tensor))

    def forced(self, axes):
        """Axes, those that a view has made of one by themselves."""
        return [axis.view.axes(self.units)[axis.i] if isinstance(axis, Part) else axis for axis in axes]

    def known(self, parts):
        """Axes; those that a view has made of one, and that nothing has needed by themselves, as that one."""
        views = dict.fromkeys(p.view for p in parts if isinstance(p, Part) and not p.view.made)
        return [*(view.whole for view in views), *self.forced(p for p in parts if getattr(p, "view", None) not in views)]

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
            self._keep(tensor, axes)
        self.told_apart += told_apart(operation.overloadpacket.__name__, self, outputs[0], [*given.values()])
        return made
