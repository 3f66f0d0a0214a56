"""A problem: a parameter space, the data, what is asked of them, and the arithmetic in which it is computed."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import is_
from typing import Any, get_args

import torch
from torch.nn.functional import cross_entropy
from torch.utils._pytree import tree_leaves

from lossland import tasks
from lossland.checking import build
from lossland.inputs.arrays import Arrays, count, evenly
from lossland.landscape.checkpoint import Journal
from lossland.landscape.devices import device_of, native_bf16
from lossland.landscape.proof import Proof, forked, prove
from lossland.landscape.space import ParamSpace
from lossland.options import Arithmetic, Compile, Count, nearest
from lossland.rng import stream
from lossland.tasks import classification
from lossland.tasks.own_loss import OwnLoss, with_loss

log = logging.getLogger(__name__)
SMALL = 1 << 20  # parameters of a network that has a second copy of theta
ACTIVATIONS = 1 << 21  # numbers of a layer's outputs that a CPU's cache has room for
BLOCK = 1 << 20  # numbers that are made ready at a time: the inputs of one batch, or of several small ones


@dataclass(frozen=True)
class Problem:
    """`batch_size` is that of evaluations and calibrations, by default the fastest; trainings state their own. `journal` keeps
    unfinished work.

    With `examples` there are only so many of each split, at even distances. `task` is what is learned (see
    `lossland.tasks`), by default what the data say; `loss` one's own loss module or function (see
    `lossland.tasks.own_loss`). Long work may `compile` (see `lossland.landscape.compiled`); `compiled` are the sizes of batches
    of which it is so. It proves itself when it is first used (see `lossland.landscape.proof`).
    """

    space: ParamSpace = field(repr=False)
    data: Arrays
    device: torch.device | str = "cpu"
    precision: Arithmetic = "fp32"
    batch_size: int | None = None
    examples: int | None = None
    journal: Journal = field(default_factory=Journal, repr=False)
    task: Any = None
    loss: Any = None
    compile: Compile = "off"
    compiled: frozenset[int] = frozenset()
    followed: tuple = field(default=(), repr=False)  # (task, loss, made of them) if the task is that of the data
    proofs: list[tuple[tuple, Proof]] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self):
        if self.precision not in get_args(Arithmetic):
            raise ValueError(f"precision is {self.precision!r}{nearest(self.precision, get_args(Arithmetic))}")
        if isinstance(self.space, (torch.nn.Module, Arrays)) or not isinstance(self.data, Arrays):
            told = f"{type(self.space).__name__} and {type(self.data).__name__}"
            raise ValueError(f"a problem is a ParamSpace and Arrays, and is given {told}; lossland.problem makes it of these")
        build(Compile, self.compile, "problem.compile")
        build(Count | None, self.batch_size, "problem.batch_size")
        build(Count | None, self.examples, "problem.examples")
        task, followed = self._learned()
        ignored = getattr(task, "ignored", tasks.IGNORED)
        data = self.data if ignored in (tasks.IGNORED, self.data.ignore) else replace(self.data, ignore=ignored)
        for name, value in {"task": task, "followed": followed, "device": device_of(self.device)}.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "data", data.to(self.device))
        self.space.to(self.device)

    def _learned(self):
        """(the task, on the loss, what it follows): that which is given, or else that of the data, also of others put there."""
        given = self.task is not None and not (self.followed and self.task is self.followed[-1])
        named = self.task if given else self.data.task
        if self.followed[:2] == (named, self.loss):
            return self.followed[-1], self.followed
        task = tasks.found(named)
        if self.loss is not None and not isinstance(task, OwnLoss):
            task = with_loss(task, self.loss)
        return task, () if given else (named, self.loss, task)

    @property
    def dtype(self):
        """The type of theta and of the data in floating point."""
        return {"fp64": torch.float64, "own": self.space.dtype.to_real()}.get(self.precision, torch.float32)

    def init(self, seed):
        """The point theta [D] that the network's own initialisation draws under `seed`."""
        return self.space.init(seed, self.dtype).to(self.device)

    def start(self, seed):
        """The same, to train from. Raises ValueError if a network that is the same under every seed is asked for a second."""
        proof = self.check()
        if proof.alike:
            log.warning("the network has the same initialisation under every seed")
            if proof.started - {seed}:
                raise ValueError(
                    f"the network has the same initialisation under the seeds {min(proof.started)} and {seed}; give ParamSpace "
                    "a function that builds a new network and draws its parameters"
                )
            proof.started.add(seed)
        return self.init(seed)

    def point(self, theta):
        """A point [D] on the device, in the type in which it is computed with."""
        return theta.to(self.device, self.dtype)

    def size(self, split) -> int:
        return min(count(self.data.y[split]), self.examples or sys.maxsize)

    def rows(self, split, size, rng=None) -> list[torch.Tensor]:
        """The numbers of the examples of each minibatch of a split: all, or so many of them."""
        if not (n := self.size(split)):
            raise ValueError(f"split {split} is empty; give the dataset one, or name another split")
        whole = count(self.data.y[split])
        parts = self.task.minibatches(n, size, rng)
        return [evenly(part, n, whole) for part in parts] if n < whole and parts[0].ndim == 1 else parts

    def units(self, split) -> float:
        """How much the rows of a split that are scored count for: their number, or the sum of their weights."""
        found = 0
        for rows in self.rows(split, self.at_once):
            target = self.task.targets(self.data.targets(split, rows))
            target = target[target != tasks.IGNORED] if self.data.ignores else target
            found += len(target) if self.weights is None else self.weights(target).sum().item()
        return found

    @cached_property
    def at_once(self) -> int:
        """Examples of a batch of an evaluation: on a CPU, 500, or as many as activations stay near it, at least 100."""
        most = 500 if torch.device(self.device).type == "cuda" else min(500, ACTIVATIONS // self.check().largest)
        return self.batch_size or max(100, most)

    def steps(self, size) -> int:
        """Minibatches of `size` in an epoch of training."""
        return len(self.task.minibatches(self.size("train"), size, stream("steps")))

    def batches(
        self, split, size=None, *, epoch_key=None, shuffled=True, start=0, memory=None
    ) -> Iterator[tuple[int, tuple, torch.Tensor]]:
        """(step, inputs, target) of the minibatches of a split, from step `start` on.

        `epoch_key`, a tuple, names the random order and augmentation of the epoch, or only its augmentation if it is not
        `shuffled`; without it the examples come in order and as they are. If the task has a MEMORY, the last input is
        the list `memory`, empty at first: the network leaves in it the hidden state that the next batch begins with. What
        lies in files is read a batch ahead.
        """
        self.check()
        made = self._batches(split, size, epoch_key, shuffled, start, memory)
        return made if all(map(torch.is_tensor, tree_leaves(self.data.x[split]))) else _ahead(made)

    def arguments(self, x, memory=None) -> tuple:
        """What the network is called with for inputs x; if it has a memory, one of their own by default."""
        inputs = x if isinstance(x, tuple) else (x,)
        return (*inputs, [] if memory is None else memory) if self.task.MEMORY else inputs

    def _batches(self, split, size, epoch_key, shuffled, start, memory):
        memory = [] if memory is None else memory
        order = stream(*epoch_key, "order") if epoch_key is not None and shuffled else None
        minibatches = self.rows(split, size or self.at_once, order)
        together = self._together(split, minibatches[0])
        for first in range(start - start % together, len(minibatches), together):
            rows = minibatches[first : first + together]
            if epoch_key is None:
                key = (size, self.at_once, self.examples, self.dtype, self.task.minibatches, first)
                block = self.data.kept(split, key, partial(self._block, split, rows, None))
            else:
                block = self._block(split, rows, stream(*epoch_key, "augment", first))
            for step, (x, target) in enumerate(block, first):
                if step >= start:
                    yield step, self.arguments(x, memory), target

    def _together(self, split, rows):
        """How many batches of as many `rows` are made ready at a time: of small networks that takes as long as a step."""
        x = self.data.x[split]
        if not (rows.ndim == 1 and torch.is_tensor(x) and torch.is_tensor(self.data.y[split])):
            return 1
        return max(1, BLOCK // max(1, len(rows) * x[0].numel()))

    def _block(self, split, minibatches, augment):
        if len(minibatches) == 1:
            return [self._examples(split, minibatches[0], augment)]
        sizes, (x, target) = [len(rows) for rows in minibatches], self._examples(split, torch.cat(minibatches), augment)
        return zip(x.split(sizes), target.split(sizes), strict=True)

    def _examples(self, split, rows, augment=None):
        wide = torch.promote_types(self.dtype, torch.float32)  # of targets, and of losses
        return self.data.inputs(split, rows, augment, self.dtype), self.data.targets(split, rows, wide)

    def few(self, n, split="train"):
        """(inputs, target) of about n examples of a split, in a pass of their own."""
        return self._examples(split, self.rows(split, n)[0])

    def gradient(self, theta, inputs, target, rng, weight_decay=0.0, *, into=None, share=1.0):
        """(value, gradient [D]) at theta [D] of the batch's mean loss + weight_decay/2 |theta|^2, as in training.

        The gradient is added `share` times to `into` [D] (default: once to zeros), each parameter tensor as soon as it is
        known, so that beside theta and `into` of a large network there is never a third vector of their length.
        """
        if into is None and len(theta) <= SMALL:
            loss, gradient = self._small(theta, inputs, target, rng)
        else:
            inputs = self._laid_out(inputs)
            gradient = torch.zeros_like(theta) if into is None else into
            # dropout first: it may ask for the proof, whose passes need the network for themselves
            with self._dropout(rng), self._network(self.space.leaves(theta, gradient)) as network:
                loss = self._loss(network, inputs, target)
                loss.backward(None if share == 1 else torch.full_like(loss, share))
        if weight_decay:
            square, trained = self._decayed(theta)
            decayed = gradient if trained is theta else gradient[: len(trained)]
            decayed.add_(trained, alpha=share * weight_decay)
            return loss.detach().add_(square, alpha=0.5 * weight_decay), gradient
        return loss.detach(), gradient

    def _laid_out(self, inputs):
        """Images channel by channel, not channels last, in small batches of a large network on a CPU, where convolutions would
        take longer to lay out its weights than they save."""
        x = inputs[0]
        small = self.device.type == "cpu" and torch.is_tensor(x) and x.ndim == 4 and self.space.dimension > SMALL
        return (x.contiguous(), *inputs[1:]) if small and len(x) * self.check().layers < self.space.dimension else inputs

    def _small(self, theta, inputs, target, rng):
        """The loss of a batch and its gradient [D], without decay, of a network whose steps are not arithmetic but calls."""
        bench = self.space.bench(theta)
        bench.load(theta)
        with self._dropout(rng), self._network(bench.leaves) as network:
            loss = self._loss(network, inputs, target)
            found = torch.autograd.grad(loss, bench.trained, bench.one.to(loss), allow_unused=True)
        return loss, bench.joined(found)

    @torch.no_grad()
    def value(self, theta, inputs, target, rng, weight_decay=0.0):
        """Only the value that `gradient` gives."""
        with self._dropout(rng), self._network(theta) as network:
            loss = self._loss(network, inputs, target)
        return loss + 0.5 * weight_decay * self._decayed(theta)[0] if weight_decay else loss

    def _decayed(self, theta):
        """(|theta|^2 [], theta) of what is trained of theta [D]."""
        trained = theta if self.space.trained == self.space.dimension else theta[: self.space.trained]
        return trained @ trained, trained

    def decay(self, theta, weight_decay):
        """The part of the loss that is not nll."""
        return 0.5 * weight_decay * self._decayed(theta)[0]

    def _network(self, theta):
        return self.space.loaded(theta, sizes=self.compiled)

    def _loss(self, network, inputs, target):
        with self.arithmetic():
            return self.mean(network(*inputs), target)[0]

    def mean(self, outputs, target):
        """(the mean loss [] of a batch, what it counts for): over the rows that are scored, each by its weight."""
        if self.task.losses is classification.losses and self.weights is None and not self.data.ignores:
            outputs, target = classification.rows(outputs, target)  # in one operation, a sixth of a small network's step
            return self._refuse_constant(cross_entropy(tasks.full(outputs), target)), target.numel()
        outputs, target = self.scored(outputs, target)
        losses = self._refuse_constant(self.task.losses(outputs, target))
        if self.weights is not None:
            whole = self.weights(self.task.targets(target)).sum()
            return losses.sum() / whole, whole.item()
        return (losses.mean() if losses.numel() else losses.sum()), losses.numel()

    def _refuse_constant(self, losses):
        if torch.is_grad_enabled() and not losses.requires_grad:
            raise ValueError("no gradient of the loss reaches the parameters; leave out no_grad, detach, argmax and the like")
        return losses

    def scored(self, outputs, target):
        """Both as they are, or if some labels are ignored in rows [m ...], without theirs."""
        if not self.data.ignores:
            return outputs, target
        outputs, target = self.task.rows(outputs, target)
        kept = target != tasks.IGNORED
        return outputs[kept], target[kept]

    @property
    def weights(self):
        """Of the targets [m] of rows, or None if all count alike."""
        return getattr(self.task, "weights", None)

    def arithmetic(self):
        """The context of a forward pass."""
        bf16 = self.precision == "bf16" or (self.precision == "auto" and native_bf16(self.device))
        return torch.autocast(self.device.type, torch.bfloat16) if bf16 else contextlib.nullcontext()

    def check(self) -> Proof:
        """The problem's proof of itself, which is made once. Raises ValueError naming what is wrong, and the remedy."""
        subject = (self.space, self.task, self.dtype, *tree_leaves((self.data.x["train"], self.data.y["train"])))
        known = (proof for about, proof in self.proofs if len(about) == len(subject) and all(map(is_, about, subject)))
        found = next(known, None)
        if found is None:
            found = prove(self)
            self.proofs.append((subject, found))
        return found

    @cached_property
    def stochastic(self) -> bool:
        """Whether a training step draws random numbers: dropout, stochastic depth."""
        return self.check().stochastic

    def _dropout(self, rng):
        """Dropout's draws come from `rng`, and from the global generator only for the time of this step."""
        return self._drawn(rng) if self.stochastic else contextlib.nullcontext()

    @contextlib.contextmanager
    def _drawn(self, rng):
        seed = int(torch.randint(2**62, (), generator=rng))
        if self.device.type != "cpu":
            with forked(self.device):
                torch.manual_seed(seed)
                yield
            return
        kept = torch.default_generator.get_state()
        torch.default_generator.manual_seed(seed)  # torch.manual_seed asks all kinds of devices, which takes ten times as long
        try:
            yield
        finally:
            torch.default_generator.set_state(kept)


def _ahead(items):
    """The same items; each is made by a thread while the one before is in use."""
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(next, items, None)
        while (item := made.result()) is not None:
            made = pool.submit(next, items, None)
            yield item
