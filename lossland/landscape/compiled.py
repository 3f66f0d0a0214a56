"""Trainings and evaluations whose forward and backward passes torch.compile has made one program: `compile: on | auto | off`.

    on      batches of the usual size are compiled for it, once each; all others, a smaller last one, stay as they are
    auto    only if that pays: not for work of less than BREAK_EVEN seconds a module, nor unless a pass gets FASTER

Off by default, for bytes depend on the choice, and that of `auto` on how fast a machine is. A choice is made before the first
step and kept in the journal, so that work which is resumed goes on as it began. What cannot be compiled, or gives other values
than PyTorch's operations, beyond rounding, is not compiled, and the log says why. Products with Hessians never are: what is
compiled cannot be differentiated twice; nor are networks with a memory, whose batches are one text.
"""

import copy
import logging
import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import torch

from lossland.inputs.arrays import count
from lossland.rng import stream

log = logging.getLogger(__name__)
BREAK_EVEN = 3.0  # seconds of work for each module: to compile one takes about 0.3, and saves a tenth or more
FASTER = 0.95  # of the time of a pass
TURNS = 3
# of a gradient to its length, of sums one by one
ROUNDING = {torch.float64: 1e-6, torch.float32: 1e-2, torch.bfloat16: 0.2, torch.float16: 0.2}


def compiled(signature):
    """The `Signature` of the same network, compiled: anew for each size of a batch, to the same bytes each time, with PyTorch's
    own random numbers."""
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(Path("~/.cache/lossland/compiled").expanduser()))
    from torch._dynamo import config as tracing
    from torch._inductor import config as making

    tracing.recompile_limit = tracing.accumulated_recompile_limit = 1 << 20  # beyond it passes were eager, and no word of it
    making.compile_threads = torch.get_num_threads()
    options = {"fallback_random": True} | ({"deterministic": True} if hasattr(making, "deterministic") else {})
    made = copy.copy(signature)
    made.module = torch.compile(signature.module, dynamic=False, options=options)
    return made


def training(problem, size, steps):
    """The problem in which a training of so many `steps` is compiled, or not."""
    if problem.compile == "off":
        return problem

    def measure(problem):
        return problem.gradient(theta, *batch, torch.Generator().manual_seed(0))

    theta = problem.init(0)
    sizes = _usual(problem, "train", size, stream("steps"))
    batch = _batch(problem, "train", sizes, size=size, epoch_key=("compiled",))
    return _settled(problem, sizes, steps, measure)


def evaluation(problem, splits, points):
    """The problem in which an evaluation of so many `points` is compiled, or not."""
    if problem.compile == "off":
        return problem

    @torch.no_grad()
    def measure(problem):
        with problem.arithmetic():
            state = problem.space.calibrate(theta, [inputs], problem.compiled)
            return problem.space.predict(theta, state, *inputs, sizes=problem.compiled), *state.values()

    theta, seen = problem.init(0), [*splits, *["train"] * problem.space.normalised]
    sizes = frozenset().union(*(_usual(problem, split) for split in seen))
    inputs, _ = _batch(problem, splits[0], sizes)
    return _settled(problem, sizes, points * sum(len(problem.rows(split, problem.at_once)) for split in seen), measure)


def _usual(problem, split, size=None, rng=None) -> frozenset[int]:
    """The most frequent size of the minibatches of a split."""
    ((often, _),) = Counter(map(len, problem.rows(split, size or problem.at_once, rng))).most_common(1)
    return frozenset([often])


def _batch(problem, split, sizes, **how):
    """(inputs, target) of a minibatch of one of the `sizes`."""
    return next(batch for _, *batch in problem.batches(split, **how) if count(batch[0]) in sizes)


def _settled(problem, sizes, passes, measure):
    """The problem, whose batches of these `sizes` are compiled if that is its choice, of work of so many `passes`.

    `measure(problem)` makes one pass and returns what it gives. The choice is kept in the problem's journal.
    """
    journal = problem.journal.part("compiled")
    if (kept := journal.load()) is None:
        kept = {"compiled": torch.tensor(_pays(problem, replace(problem, compiled=sizes), passes, measure))}
        journal.save(kept)
    return replace(problem, compiled=sizes if kept["compiled"] else frozenset())


def _pays(plain, changed, passes, measure) -> bool:
    if plain.task.MEMORY:
        log.info("not compiled, for the network has a memory")
        return False
    auto, modules = plain.compile == "auto", plain.space.modules
    expected = measure(plain)  # pays for what is made once
    before, _ = _taken(plain, measure, 1)
    if auto and passes * before < BREAK_EVEN * modules:
        log.info("not compiled: %.0f s of work are too few for %d modules", passes * before, modules)
        return False
    try:
        first, found = _taken(changed, measure, 1)
    except Exception as error:  # compilers fail in many ways
        told = next(filter(None, map(str.strip, str(error).splitlines())), "")
        log.warning("not compiled, for torch.compile fails (%s: %s)", type(error).__name__, told)
        return False
    with plain.arithmetic():
        allowed = ROUNDING[torch.bfloat16 if torch.is_autocast_enabled(plain.device.type) else plain.dtype]
    parts = [(a - b).norm().cpu() / b.norm().cpu().clamp(min=1e-30) for a, b in zip(found, expected, strict=True)]
    off = torch.stack(parts).max().item()  # a NaN stays one
    if not off <= allowed:
        log.warning("not compiled, for that changes a pass by %.2g of its size, and rounding by at most %.2g", off, allowed)
        return False
    if not auto:
        log.info("compiled in %.0f s", first)
        return True
    (before, _), (after, _) = (_taken(either, measure, TURNS) for either in (plain, changed))
    log.info("compiled in %.0f s; a pass takes %.3g s, and took %.3g s", first, after, before)
    return after < FASTER * before


def _taken(problem, measure, turns):
    """(the least seconds of so many passes, what one gives), when the device is done."""
    taken = []
    for _ in range(turns):
        started = time.perf_counter()
        found = measure(problem)
        found[0].sum().item()
        taken.append(time.perf_counter() - started)
    return min(taken), found


class Whole:
    """What calls a network: compiled, batches of one of the `sizes`."""

    def __init__(self, signature, made, sizes):
        self._call, self._compiled, self._sizes = signature.call, made.call, sizes

    def __call__(self, *inputs):
        return (self._compiled if count(inputs) in self._sizes else self._call)(*inputs)
