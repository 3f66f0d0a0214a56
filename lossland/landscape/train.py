"""One training loop for points, curves, simplexes, bands and coordinates.

An objective gives the value and the gradient with respect to the free rows of the anchors,

    objective(problem, anchors [k D], free, (inputs, target), rng) -> (value, gradient [len(free) D]),

so that a force which is the gradient of nothing (a nudged elastic band) trains as a loss does. Only the free rows are
stepped: fixed ones stay bit-equal under momentum and weight decay. Every draw is a function of (seed, epoch, step), so a
run that was killed and starts again at any step gives the bytes of one that never stopped.
"""

import logging
import time
import zlib
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

import torch

from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape import compiled, descent
from lossland.landscape.objectives import beside_statistics, pointwise
from lossland.landscape.schedules import learning_rate
from lossland.landscape.subspace import Subspace
from lossland.rng import number

log = logging.getLogger(__name__)
CHECK_EVERY = 50  # steps between looks at the losses: a look waits for the device


@dataclass(frozen=True)
class Trained:
    """The trained `anchors` [k D] and the mean `losses` [epochs] of the epochs."""

    anchors: torch.Tensor
    losses: torch.Tensor


def minimise(problem, objective, start, recipe, seed, *, free=None, rate=None, noise=None, watch=None, limit=None) -> Trained:
    """Train `start` [k D] by `recipe` under `seed`; where it lies on the problem's device it is moved itself, not a copy.

    `free` lists the rows that move (default: all); `rate` maps time in epochs to the learning rate (default: the
    recipe's schedule), `noise` to the standard deviation of Gaussian noise that is added to each entry of the gradient
    (default: none). `watch(n, anchors)` sees the live anchors after n steps, and before the first, n = 0. The objective
    is handed the problem in the recipe's precision. Resumes from its part of the problem's journal; what an earlier run
    has watched and kept is not watched again. The last epoch is cut short after `limit` steps
    in all. An objective may move free rows itself before it measures.

    Raises FloatingPointError naming epoch, step and rate if the objective is no longer finite.
    """
    watch = watch or (lambda n, anchors: None)
    problem = replace(problem, precision=recipe.precision)
    journal = problem.journal.part("training")
    free = list(range(len(start))) if free is None else free
    rate = rate or partial(learning_rate, recipe)
    descend = getattr(descent, recipe.optimiser)
    run = _Run(problem.point(start.detach()), free, torch.zeros(recipe.epochs, dtype=torch.float64))
    del start  # as large as the network, like all that follows
    if kept := journal.load():
        run.restore(kept)
    if run.epoch == run.step == 0:
        watch(0, run.anchors)

    rows = [run.anchors[row] for row in free]
    steps, still = problem.steps(recipe.batch_size), problem.space.still(recipe.only)
    problem = compiled.training(problem, recipe.batch_size, recipe.epochs * steps)
    still = None if still is None else still.to(problem.device)
    started, first, rng, own = time.monotonic(), run.epoch, torch.Generator(), torch.Generator()
    while run.epoch < recipe.epochs:
        key = (seed, "batches", run.epoch)
        batches = problem.batches("train", recipe.batch_size, epoch_key=key, start=run.step, memory=run.memory)
        left = None if limit is None else limit - run.epoch * steps - run.step
        for step, inputs, target in islice(batches, left):
            run.step = step
            if journal.due():
                journal.save(run.tensors())
            lr = rate(run.epoch + step / steps)
            rng.manual_seed(number(seed, "objective", run.epoch, step))
            value, gradient = objective(problem, run.anchors, free, (inputs, target), rng)
            if still is not None:
                gradient[:, : len(still)].masked_fill_(still, 0)
            if recipe.clip:
                gradient = gradient * (recipe.clip / gradient.norm()).clamp(max=1)
            if noise and (size := noise(run.epoch + step / steps)):
                drawn = torch.randn(gradient.shape, generator=own.manual_seed(number(seed, "noise", run.epoch, step)))
                gradient = gradient + size * drawn.to(gradient)
                if still is not None:
                    gradient[:, : len(still)].masked_fill_(still, 0)
            for row, g, moments in zip(rows, gradient.unbind(), run.moments, strict=True):
                descend(row, g, lr, recipe, moments)
            gradient = g = None  # as large as the network, and not to be held while the next is computed
            run.values.append(value)
            if step % CHECK_EVERY == 0:
                run.refuse_nonfinite(lr)
            watch(run.epoch * steps + step + 1, run.anchors)
        run.refuse_nonfinite(lr)
        run.end_epoch()
        left = (time.monotonic() - started) / (run.epoch - first) * (recipe.epochs - run.epoch)
        loss = run.losses[run.epoch - 1]
        log.info("epoch %d of %d: loss %.4g, lr %.3g, %.0f s left", run.epoch, recipe.epochs, loss, lr, left)
    if not all(run.anchors[row].isfinite().all() for row in free):
        raise FloatingPointError(f"the last step of epoch {run.epoch} left a point that is not finite; lower recipe.lr")
    if run.epoch > first:  # the parts of a longer work stay finished when a later part is interrupted
        run.moments = [{} for _ in free]  # no step follows
        journal.save(run.tensors())
    return Trained(run.anchors, run.losses)


def trajectory(
    problem, start, recipe, seed, kept, rate=None, before=None, noise=None, running=False, objective=None
) -> Subspace:
    """One network, trained from `start` [D]: its points after each of the epochs `kept`, in order, as Points; by default the
    `objective` is its loss.

    Parts of an epoch are rounded to whole steps. `before` is the lineage that led to `start` (see `Subspace`). Notes:
    `epoch` [k] of this training, the `lr` [k] of the last step before, the `loss` of every epoch, the weight decay, and if they
    are `running` the batch-norm `statistics` [k B].
    """
    rate, steps = rate or partial(learning_rate, recipe), problem.steps(recipe.batch_size)
    row_of = {round(epoch * steps): i for i, epoch in enumerate(kept)}
    if len(row_of) < len(kept):
        raise ValueError(f"{len(kept)} points of a training of {recipe.epochs * steps} steps fall on one another; keep fewer")
    dtype, D = replace(problem, precision=recipe.precision).dtype, problem.space.dimension
    # of the point itself: a mean over the one point would copy it, and its gradient, at each step
    objective = objective or pointwise(recipe.weight_decay)
    if running := running and problem.space.normalised:
        start = torch.cat([start, problem.space.pack(problem.space.own).to(start)])
        objective = beside_statistics(objective)
    rows = problem.journal.part("trajectory").rows(len(kept), len(start), dtype)

    def watch(n, anchors):
        if n in row_of:
            rows[row_of[n]] = anchors[0].cpu()

    start = start[None].to(problem.device, dtype, copy=True)  # a source stays as it is
    trained = minimise(problem, objective, start, recipe, seed, rate=rate, noise=noise, watch=watch)
    before = torch.zeros(0, 2, dtype=torch.int64) if before is None else before
    own = torch.tensor([[zlib.crc32(trained.anchors[:, :D].cpu().contiguous().numpy().data), recipe.epochs]])
    epoch = torch.tensor(kept, dtype=torch.float64)
    notes = {"epoch": epoch, "loss": trained.losses, "weight_decay": torch.tensor(recipe.weight_decay)}
    notes |= {"lr": torch.tensor([rate(max(n - 1, 0) / steps) for n in row_of], dtype=torch.float64)}
    notes |= {"lineage": torch.cat([before, own]), "spent": before[:, 1].sum() + epoch}
    if running:
        notes["statistics"], rows = rows[:, D:].clone(), rows[:, :D].clone()
    return Subspace(rows, Points(len(kept)), notes)


def path(problem, ends, chart, objective, recipe, seed) -> Subspace:
    """A path between two networks `ends` [2 D], which stay: the inner anchors of `chart` begin on the segment, and are trained.

    Notes: the `loss` of every epoch, the weight decay.
    """
    ends = ends.to(replace(problem, precision=recipe.precision).dtype)
    start = PolyChain(2)(torch.linspace(0, 1, chart.k)[:, None]).to(ends) @ ends
    start[0], start[-1] = ends  # to the bit
    trained = minimise(problem, objective, start, recipe, seed, free=list(range(1, chart.k - 1)))
    notes = {"loss": trained.losses, "weight_decay": torch.tensor(recipe.weight_decay)}
    return Subspace(trained.anchors.cpu(), chart, notes)


@dataclass
class _Run:
    """All that a training needs to go on: the next step, the losses so far, the free rows and their moments."""

    anchors: torch.Tensor
    free: list[int]
    losses: torch.Tensor
    epoch: int = 0
    step: int = 0
    values: list[torch.Tensor] = field(default_factory=list)
    memory: list[torch.Tensor] = field(default_factory=list)

    def __post_init__(self):
        self.moments = [{} for _ in self.free]

    def end_epoch(self):
        self.losses[self.epoch] = torch.stack(self.values).double().mean()
        self.epoch, self.step, self.values = self.epoch + 1, 0, []
        self.memory.clear()

    def refuse_nonfinite(self, lr):
        finite = torch.stack(self.values).isfinite()
        if not finite.all():
            step = int((~finite).nonzero()[0])
            where = f"epoch {self.epoch + 1}, step {step}, at learning rate {lr:g}"
            raise FloatingPointError(f"the loss is not finite in {where}; lower recipe.lr")

    def tensors(self):
        values = torch.stack(self.values).cpu() if self.values else torch.zeros(0)
        moments = {f"{i}.{name}": tensor for i, state in enumerate(self.moments) for name, tensor in state.items()}
        moments |= {f"memory.{i}": tensor for i, tensor in enumerate(self.memory)}
        position = torch.tensor([self.epoch, self.step])
        return {"position": position, "losses": self.losses, "values": values, "free": self.anchors[self.free]} | moments

    def restore(self, kept):
        device = self.anchors.device
        self.epoch, self.step = kept["position"].tolist()
        self.losses, self.values = kept["losses"].clone(), list(kept["values"].to(device))
        self.anchors[self.free] = kept["free"].to(device)
        remembered = sum(name.startswith("memory.") for name in kept)
        self.memory = [kept[f"memory.{i}"].to(device) for i in range(remembered)]
        for i, state in enumerate(self.moments):
            own = {name.partition(".")[2]: t for name, t in kept.items() if name.startswith(f"{i}.")}
            state |= {name: t.to(device if t.ndim else "cpu", copy=True) for name, t in own.items()}
