"""One training loop for points, curves, simplexes, bands and coordinates.

An objective gives the value and the gradient with respect to the free rows of the anchors,

    objective(problem, anchors [k D], free, (inputs, target), rng) -> (value, gradient [len(free) D]),

so that a force which is the gradient of nothing (a nudged elastic band) trains as a loss does. Only the free rows are
stepped: fixed ones stay bit-equal under momentum and weight decay. Every draw is a function of (seed, epoch, step), so a
run that was killed and starts again at any step gives the bytes of one that never stopped.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape import descent
from lossland.landscape.subspace import Subspace
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


def epochs(problem, objective, start, recipe, seed, *, free=None, rate=None) -> Iterator[Epoch]:
    """Train `start` [k D] by `recipe` under `seed`; yields after every epoch, and once before the first.

    `free` lists the rows that move (default: all); `rate` maps time in epochs to the learning rate (default: the
    recipe's schedule). The objective is handed the problem in the recipe's precision. Resumes from its part of the
    problem's journal; epochs that an earlier run finished and kept are not yielded again.

    Raises FloatingPointError naming epoch, step and rate where the objective is no longer finite.
    """
    problem = replace(problem, precision=recipe.precision)
    journal = problem.journal.part("training")
    free = list(range(len(start))) if free is None else free
    rate = rate or partial(learning_rate, recipe)
    descend = getattr(descent, recipe.optimiser)
    run = _Run(start.detach().to(problem.device, copy=True), free, torch.zeros(recipe.epochs, dtype=torch.float64))
    if kept := journal.load():
        run.restore(kept)
    if run.step == 0:
        yield Epoch(run.epoch, run.anchors, run.losses[: run.epoch])

    steps = problem.steps(recipe.batch_size)
    started, first = time.monotonic(), run.epoch
    while run.epoch < recipe.epochs:
        key = (seed, "batches", run.epoch)
        for step, inputs, target in problem.batches("train", recipe.batch_size, epoch_key=key, start=run.step):
            run.step = step
            if journal.due():
                journal.save(run.tensors())
            lr = rate(run.epoch + step / steps)
            rng = stream(seed, "objective", run.epoch, step)
            value, gradient = objective(problem, run.anchors, free, (inputs, target), rng)
            for row, g, moments in zip(free, gradient, run.moments, strict=True):
                descend(run.anchors[row], g, lr, recipe, moments)
            run.values.append(value.double())
            if step % CHECK_EVERY == 0:
                run.refuse_nonfinite(lr)
        run.refuse_nonfinite(lr)
        run.end_epoch()
        left = (time.monotonic() - started) / (run.epoch - first) * (recipe.epochs - run.epoch)
        loss = run.losses[run.epoch - 1]
        log.info("epoch %d of %d: loss %.4g, lr %.3g, %.0f s left", run.epoch, recipe.epochs, loss, lr, left)
        yield Epoch(run.epoch, run.anchors, run.losses[: run.epoch])
    if not run.anchors[free].isfinite().all():
        raise FloatingPointError(f"the last step of epoch {run.epoch} left a point that is not finite; lower recipe.lr")
    if run.epoch > first:  # the parts of a longer work stay finished when a later part is interrupted
        journal.save(run.tensors())


def trajectory(problem, start, recipe, seed, kept, rate=None) -> Subspace:
    """One network, trained from `start` [D]: its points after each of the epochs `kept`, in order, as Points.

    Notes: `epoch` [k], the `loss` of every epoch, the weight decay.
    """
    rows = problem.journal.part("trajectory").rows(len(kept), problem.space.dimension)
    objective = expected_loss(Points(1), recipe.weight_decay)
    for epoch in epochs(problem, objective, start[None], recipe, seed, rate=rate):
        if epoch.number in kept:
            rows[kept.index(epoch.number)] = epoch.anchors[0].cpu()
    notes = {"epoch": torch.tensor(kept), "loss": epoch.losses, "weight_decay": torch.tensor(recipe.weight_decay)}
    return Subspace(rows, Points(len(kept)), notes)


def expected_loss(chart, weight_decay):
    """Objective of a trained subspace: E_u loss(c(u) @ anchors), one u per minibatch (loss 2 of arXiv 1802.10026).

    With theta = c @ anchors the gradient of the anchors is outer(c, d loss / d theta): no special layers.
    """

    def objective(problem, anchors, free, batch, rng):
        c = chart(chart.sample(1, rng))[0].to(anchors)
        value, gradient = problem.gradient(c @ anchors, *batch, rng, weight_decay)
        return value, torch.outer(c[free], gradient)

    return objective


@dataclass
class _Run:
    """All that a training needs to go on: the next step, the losses so far, the free rows and their moments."""

    anchors: torch.Tensor
    free: list[int]
    losses: torch.Tensor
    epoch: int = 0
    step: int = 0
    values: list[torch.Tensor] = field(default_factory=list)

    def __post_init__(self):
        self.moments = [{} for _ in self.free]

    def end_epoch(self):
        self.losses[self.epoch] = torch.stack(self.values).mean()
        self.epoch, self.step, self.values = self.epoch + 1, 0, []

    def refuse_nonfinite(self, lr):
        finite = torch.stack(self.values).isfinite()
        if not finite.all():
            step = int((~finite).nonzero()[0])
            where = f"epoch {self.epoch + 1}, step {step}, at learning rate {lr:g}"
            raise FloatingPointError(f"the loss is not finite in {where}; lower recipe.lr")

    def tensors(self):
        values = torch.stack(self.values).cpu() if self.values else torch.zeros(0, dtype=torch.float64)
        moments = {f"{i}.{name}": tensor for i, state in enumerate(self.moments) for name, tensor in state.items()}
        position = torch.tensor([self.epoch, self.step])
        return {"position": position, "losses": self.losses, "values": values, "free": self.anchors[self.free]} | moments

    def restore(self, kept):
        device = self.anchors.device
        self.epoch, self.step = kept["position"].tolist()
        self.losses, self.values = kept["losses"].clone(), list(kept["values"].to(device))
        self.anchors[self.free] = kept["free"].to(device)
        for i, state in enumerate(self.moments):
            own = {name.partition(".")[2]: t for name, t in kept.items() if name.startswith(f"{i}.")}
            state |= {name: t.to(device if t.ndim else "cpu", copy=True) for name, t in own.items()}
