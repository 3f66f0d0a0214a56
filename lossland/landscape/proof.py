"""What a problem proves about itself when it is first used, from Python as in the workflow, in a few passes of 8 examples.

The network is one function of theta and of each input, that of the module itself; a pass leaves theta, inputs and buffers as
they are; `init(seed)` repeats itself; outputs, targets and task fit; scores come out as declared; the data are finite.
"""

import contextlib
import traceback
import warnings
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch.utils._pytree import tree_leaves, tree_map

from lossland.inputs.arrays import SPLITS, count

FEW = 8
LARGE = 1 << 25  # parameters of a network of which no second one is made to compare with
LIBRARY = Path(__file__).parent.parent


@dataclass
class Proof:
    """Whether a training step draws random numbers, and whether every seed has the same initialisation; how many numbers
    the `largest` layer, and all `layers`, put out for an example; the seeds `started`."""

    stochastic: bool
    alike: bool
    largest: int
    layers: int
    started: set[int] = field(default_factory=set)


@torch.no_grad()
def prove(problem) -> Proof:
    """Raises ValueError naming what is not so, and the remedy."""
    _refuse_nonfinite(problem.data)
    space, (other, again) = problem.space, (_sum(problem.space.init(seed, problem.dtype)) for seed in (1, 0))
    theta = space.init(0, problem.dtype)  # one network in memory, and not three
    _refuse_start(theta, again)
    alike, theta = _sum(theta) == other, theta.to(problem.device)
    modes = _modes()
    x, target = problem.few(FEW)
    tensors, seen = space.constants | space.unravel(theta), _sums(tree_leaves(x))
    before = _sums(tensors.values())
    with forked(problem.device), _heard(), _told(f"the network cannot be called with inputs {_shapes(x)}"):
        state = space.calibrate(theta, [problem.arguments(x)])
        drawn = generator_state(problem.device)
        replaced = space.replaced(theta, *problem.arguments(x))
        stochastic = not torch.equal(drawn, generator_state(problem.device))
        sizes = [1]
        with space.overheard(lambda name, y: sizes.append(y.numel() // count(x))):
            first, second = (space.predict(theta, state, *problem.arguments(x)) for _ in range(2))
    _refuse_modes(modes)
    if replaced:
        raise ValueError(space.changed(replaced))
    for name, old, new in zip(tensors, before, _sums(tensors.values()), strict=True):
        if old != new:
            raise ValueError(space.changed(name))
    if seen != _sums(tree_leaves(x)):
        raise ValueError("the network changes its inputs in place; write x = 2 * x for x.mul_(2)")
    if not torch.equal(first.nan_to_num(), second.nan_to_num()):
        raise ValueError("the network gives two different answers to the same input with dropout off")
    if not first.ndim:
        raise ValueError("the network returns one number for a batch; return a row for each of its examples")
    _refuse_mixing(problem, theta, state, x, first)
    if space.dimension < LARGE:
        _refuse_memory(problem, theta, state, x)
    _refuse_misfit(problem, first, target)
    for split in ("val", "test"):
        if problem.size(split):
            x, target = problem.few(FEW, split)
            with _told(f"the network cannot be called with inputs {_shapes(x)} of {split}"):
                outputs = space.predict(theta, state, *problem.arguments(x))
            _refuse_misfit(problem, outputs, target)
    return Proof(stochastic, alike, max(sizes), sum(sizes) // 2)


def _modes():
    return torch.get_default_dtype(), torch.is_grad_enabled()


def _refuse_modes(before):
    """Puts back what a pass has changed for all that follows, and refuses it."""
    if (found := _modes()) != before:
        torch.set_default_dtype(before[0])
        torch.set_grad_enabled(before[1])
        what = "default type" if found[0] != before[0] else "gradient mode"
        raise ValueError(f"the network changes the {what} of torch in a forward pass; leave it as it is")


def _sum(tensor) -> int:
    return zlib.crc32(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())


def _sums(tensors) -> list[int]:
    return [_sum(t) for t in tensors]


def _refuse_nonfinite(data):
    for split in SPLITS:
        for what, tree in (("input", data.x[split]), ("target", data.y[split])):
            for t in tree_leaves(tree):
                if torch.is_tensor(t) and t.is_floating_point() and t.numel() and not t.sum().isfinite():
                    odd = (~t.reshape(len(t), -1).isfinite().all(1)).nonzero()
                    if len(odd):
                        raise ValueError(f"the {what} of {split} example {int(odd[0, 0])} is not finite; correct or remove it")


def _refuse_start(theta, again):
    """`again` is the checksum of another theta [D] of the same seed."""
    if _sum(theta) != again:
        raise ValueError(
            "the network has another initialisation each time it is built under one seed; draw it from the global generators "
            "of torch, numpy or Python, or from one that build() seeds by torch.initial_seed()"
        )
    if not theta.isfinite().all():
        raise ValueError("the initialisation of the network is not finite; correct build()")


def _refuse_mixing(problem, theta, state, x, outputs):
    n = count(x)
    if problem.task.MEMORY or n < 2:
        return
    half = problem.space.predict(theta, state, *problem.arguments(tree_map(lambda t: t[n // 2 :], x)))  # others come first
    own = outputs[len(outputs) - len(half) :]
    if own.shape == half.shape and not torch.allclose(own, half, rtol=1e-3, atol=1e-4, equal_nan=True):
        raise ValueError("the network's answer to an input depends on the other inputs of the batch with dropout off")


def _refuse_memory(problem, theta, state, x):
    """Raise ValueError unless at another point than those seen before it is what a new module with its parameters is."""
    space, theta = problem.space, 0.9 * theta
    given = tree_map(torch.clone, x)
    with forked(problem.device):
        ours = space.predict(theta, state, *problem.arguments(x))
        theirs = space.alone(theta, state, *problem.arguments(given))
    if ours.shape != theirs.shape or not torch.allclose(ours, theirs, rtol=1e-3, atol=1e-4, equal_nan=True):
        raise ValueError(
            "the network keeps parameters, or what it made of them, where no other point can be put: outside its modules, or "
            "from an earlier pass; read them from its modules in each pass"
        )


def _refuse_misfit(problem, outputs, target):
    task = problem.task
    with _told(f"the task cannot score outputs {_shapes(outputs)} for targets {_shapes(target)}"):
        task.fit(outputs, target, problem.data.classes)
        rows, scored = problem.scored(outputs, target)
        (losses, scores), again = (task.losses(rows, scored), task.scores(rows, scored)), task.losses(rows, scored)
    if losses.shape == again.shape and not torch.equal(losses.nan_to_num(), again.nan_to_num()):
        raise ValueError("the loss of the same outputs and targets is another each time; let it draw no random numbers")
    if losses.ndim != 1:
        raise ValueError(f"the losses of a batch are {list(losses.shape)}; give one for each row that is scored")
    if scores.shape != (len(losses), len(task.SCORES)):
        raise ValueError(f"the scores are {list(scores.shape)} for {len(losses)} rows; give each of {', '.join(task.SCORES)}")


@contextlib.contextmanager
def _told(what):
    """An error of torch, or of the user's own code, is told as one sentence; those of this library are sentences already."""
    try:
        yield
    except Exception as error:
        raised = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        if isinstance(error, torch.OutOfMemoryError) or (isinstance(error, ValueError) and raised.is_relative_to(LIBRARY)):
            raise
        raise ValueError(f"{what}: {type(error).__name__}: {' '.join(str(error).split())}; correct one of them") from error


def _shapes(tree):
    return str(tree_map(lambda t: list(t.shape), tree)).replace("'", "").replace(", ", " ")


@contextlib.contextmanager
def _heard():
    """Raises ValueError on a warning that means that a part of the network is not trained; passes on all others."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield
    for warning in heard:
        if "None of the inputs have requires_grad" in str(warning.message):
            raise ValueError("a checkpointed part of the network gets no gradient; give checkpoint use_reentrant=False")
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def forked(device):
    """The global generators stay as they are."""
    return torch.random.fork_rng([device] if device.type == "cuda" else [])


def generator_state(device):
    states = [torch.get_rng_state()]
    if device.type == "cuda":
        states.append(torch.cuda.get_rng_state(device))
    return torch.cat(states)
