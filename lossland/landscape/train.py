"""One training loop for points, curves, simplexes, bands and coordinates.

An objective gives the value and the gradient with respect to the free rows of the anchors,

    objective(anchors [k D], free, (inputs, target), rng) -> (value, gradient [len(free) D]),

so that a force which is the gradient of nothing (a nudged elastic band) trains as a loss does. Only the free rows
are stepped: fixed ones stay bit-equal under momentum and weight decay. Every draw is a function of (seed, epoch, step),
so a run that was killed and starts again at any step gives the bytes of one that never stopped.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch

from lossland.landscape import descent
from lossland.schedules import learning_rate
from lossland.streams import stream

log = logging.getLogger(__name__)
CHECK_EVERY = 50  # steps between looks at the losses: a look waits for the device


@dataclass(frozen=True)
class Epoch:
    """State after `number` epochs: `anchors` [k D], the live tensor, and the mean `losses` [number] of the epochs."""

    number: int
    anchors: torch.Tensor
    losses: torch.Tensor


def minimise(problem, objective, start, recipe, seed, **options) -> Epoch:
    """Train to the end; see `epochs`."""
    return deque(epochs(problem, objective, start, recipe, seed, **options), maxlen=1).pop()


def epochs(problem, objective, start, recipe, seed, *, free=None, rate=None, journal=None) -> Iterator[Epoch]:
    """Train `start` [k D] by `recipe` under `seed`; yields after every epoch, and once before the first.

    `free` lists the rows that move (default: all); `rate` maps time in epochs to the learning rate (default: the
    recipe's schedule). Resumes from `journal` (default: the problem's); epochs that an earlier run finished and kept
    are not yielded again.

    Raises FloatingPointError naming epoch, step and rate where the objective is no longer finite.
    """
    problem = replace(problem, precision=recipe.precision)
    journal = journal or problem.journal
    free = list(range(len(start))) if free is None else free
    rate = rate or partial(learning_rate, recipe)
    anchors = start.detach().to(problem.device, copy=True)
    step_by, states = getattr(descent, recipe.optimiser), [{} for _ in free]
    losses, values, epoch, step = torch.zeros(recipe.epochs, dtype=torch.float64), [], 0, 0
    if kept := journal.load():
        epoch, step = kept["position"].tolist()
        losses, values = kept["losses"], list(kept["values"].to(problem.device))
        anchors[free] = kept["free"].to(anchors)
        states = [_part(kept, i, problem.device) for i in range(len(free))]
    if step == 0:
        yield Epoch(epoch, anchors, losses[:epoch])

    started, first = time.monotonic(), epoch
    while epoch < recipe.epochs:
        for step, inputs, target in problem.batches(
            "train", recipe.batch_size, epoch_key=(seed, "batches", epoch), start=step
        ):
            if journal.due():
                journal.save(_state(epoch, step, losses, values, anchors[free], states))
            lr = rate(epoch + step * recipe.batch_size / problem.size("train"))
            value, gradient = objective(anchors, free, (inputs, target), stream(seed, "objective", epoch, step))
            for i, g, state in zip(free, gradient, states, strict=True):
                step_by(anchors[i], g, lr, recipe, state)
            values.append(value.double())
            if len(values) % CHECK_EVERY == 0:
                use_nonfinite(values, epoch, lr)
        losses[epoch], values, step, epoch = torch.stack(values).mean(), [], 0, epoch + 1
        left = (time.monotonic() - started) / (epoch - first) * (recipe.epochs - epoch)
        log.info("epoch %d of %d: loss %.4g, lr %.3g, %.0f s left", epoch, recipe.epochs, losses[epoch - 1], lr, left)
        yield Epoch(epoch, anchors, losses[:epoch])
    if epoch > first:  # the parts of a longer work stay finished when a later part is interrupted
        journal.save(_state(epoch, 0, losses, [], anchors[free], states))


def expected_loss(problem, chart, weight_decay):
    """Objective of a trained subspace: E_u loss(c(u) @ anchors), one u per minibatch (loss 2 of arXiv 1802.10026).

    With theta = c @ anchors the gradient of the anchors is outer(c, d loss / d theta): no special layers.
    """

    def objective(anchors, free, batch, rng):
        c = chart(chart.sample(1, rng))[0].to(anchors)
        value, gradient = problem.gradient(c @ anchors, *batch, rng, weight_decay)
        return value, torch.outer(c[free], gradient)

    return objective


def _state(epoch, step, losses, values, free, states):
    values = torch.stack(values).cpu() if values else torch.zeros(0, dtype=torch.float64)
    moments = {f"{i}.{name}": tensor for i, state in enumerate(states) for name, tensor in state.items()}
    return {"position": torch.tensor([epoch, step]), "losses": losses, "values": values, "free": free} | moments


def _part(kept, i, device):
    own = {name.partition(".")[2]: t for name, t in kept.items() if name.startswith(f"{i}.")}
    return {name: t.to(device if t.ndim else "cpu", copy=True) for name, t in own.items()}


def _refuse_nonfinite(values, epoch, lr):
    finite = torch.stack(values).isfinite()
    if not finite.all():
        raise FloatingPointError(
            f"the loss is not finite in epoch {epoch + 1}, step {int((~finite).nonzero()[0])}, at learning rate {lr:g}; "
            "lower recipe.lr"
        )
