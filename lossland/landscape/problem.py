"""A problem: a parameter space, the data, what is asked of them, and the arithmetic in which it is computed."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from operator import is_
from pathlib import Path
from typing import Any, get_args

import torch
from torch.utils._pytree import tree_leaves

from lossland import tasks
from lossland.checking import build
from lossland.inputs.arrays import Arrays, count
from lossland.landscape.checkpoint import Journal
from lossland.landscape.proof import Proof, forked, prove
from lossland.landscape.space import ParamSpace
from lossland.options import Arithmetic, Count, nearest
from lossland.rng import stream
from lossland.tasks.own_loss import OwnLoss, with_loss

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """`batch_size` is that of evaluations and calibrations; trainings state their own. `journal` keeps unfinished work.

    With `examples` there are only so many of each split, the first. `task` is what is learned (see `lossland.tasks`), by
    default what the data say; `loss` one's own loss module or function (see `lossland.tasks.own_loss`). It proves itself when
    it is first used (see `lossland.landscape.proof`).
    """

    space: ParamSpace = field(repr=False)
    data: Arrays
    device: torch.device | str = "cpu"
    precision: Arithmetic = "fp32"
    batch_size: int = 500
    examples: int | None = None
    journal: Journal = field(default_factory=Journal, repr=False)
    task: Any = None
    loss: Any = None
    followed: tuple = field(default=(), repr=False)  # (task, loss, made of them) if the task is that of the data
    proofs: list[tuple[tuple, Proof]] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self):
        if self.precision not in get_args(Arithmetic):
            raise ValueError(f"precision is {self.precision!r}{nearest(self.precision, get_args(Arithmetic))}")
        if isinstance(self.space, (torch.nn.Module, Arrays)) or not isinstance(self.data, Arrays):
            told = f"{type(self.space).__name__} and {type(self.data).__name__}"
            raise ValueError(f"a problem is a ParamSpace and Arrays, and is given {told}; lossland.problem makes it of these")
        build(Count, self.batch_size, "problem.batch_size")
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

    def units(self, split) -> float:
        """How much the rows of a split that are scored count for: their number, or the sum of their weights."""
        found = 0
        for rows in self.task.minibatches(self.size(split), self.batch_size):
            target = self.task.targets(self.data.targets(split, rows))
            target = target[target != tasks.IGNORED] if self.data.ignores else target
            found += len(target) if self.weights is None else self.weights(target).sum().item()
        return found

    def steps(self, size) -> int:
        """Minibatches of `size` in an epoch of training."""
        return len(self.task.minibatches(self.size("train"), size, stream("steps")))

    def batches(
        self, split, size=None, *, epoch_key=None, shuffled=True, start=0, memory=None
    ) -> Iterator[tuple[int, tuple, torch.Tensor]]:
        """(step, inputs, target) of the minibatches of a split, from step `start` on.

        `epoch_key`, a tuple, names the random order and augmentation of the epoch, or its augmentation alone if it is not
        `shuffled`; without it the examples come in order and as they are. If the task has a MEMORY, the last input is
        the list `memory`, empty at first: the network leaves in it the hidden state that the next batch begins with. What
        lies in files is read a batch ahead.
        """
        self.check()
        made = self._batches(split, size, epoch_key, shuffled, start, memory)
        return made if all(map(torch.is_tensor, tree_leaves(self.data.x[split]))) else _ahead(made)

    def _batches(self, split, size, epoch_key, shuffled, start, memory):
        memory = [] if memory is None else memory
        if not self.size(split):
            raise ValueError(f"split {split} is empty; give the dataset one, or name another split")
        order = stream(*epoch_key, "order") if epoch_key is not None and shuffled else None
        minibatches = self.task.minibatches(self.size(split), size or self.batch_size, order)
        for step, rows in list(enumerate(minibatches))[start:]:
            augment = None if epoch_key is None else stream(*epoch_key, "augment", step)
            x, target = self._examples(split, rows, augment)
            inputs = x if isinstance(x, tuple) else (x,)
            yield step, (*inputs, memory) if self.task.MEMORY else inputs, target

    def _examples(self, split, rows, augment=None):
        wide = torch.promote_types(self.dtype, torch.float32)  # of targets, and of losses
        return self.data.inputs(split, rows, augment, self.dtype), self.data.targets(split, rows, wide)

    def few(self, n, split="train"):
        """(inputs, target) of about n examples of a split, in a pass of their own."""
        return self._examples(split, self.task.minibatches(self.size(split), n)[0])

    def gradient(self, theta, inputs, target, rng, weight_decay=0.0, *, into=None, share=1.0):
        """(value, gradient [D]) at theta [D] of the batch's mean loss + weight_decay/2 |theta|^2, as in training.

        The gradient is added `share` times to `into` [D] (default: once to zeros), each parameter tensor as soon as it is
        known, so that beside theta and `into` there is never a third vector of their length.
        """
        gradient = torch.zeros_like(theta) if into is None else into
        # dropout first: it may ask for the proof, whose passes need the network for themselves
        with self._dropout(rng), self.space.loaded(self.space.leaves(theta, gradient, share)) as network:
            loss = self._loss(network, inputs, target)
            loss.backward()
        if weight_decay:
            n = self.space.trained
            gradient[:n].add_(theta[:n], alpha=share * weight_decay)
            return loss.detach() + self.decay(theta, weight_decay), gradient
        return loss.detach(), gradient

    @torch.no_grad()
    def value(self, theta, inputs, target, rng, weight_decay=0.0):
        """The value alone that `gradient` gives."""
        with self._dropout(rng), self.space.loaded(theta) as network:
            loss = self._loss(network, inputs, target)
        return loss + self.decay(theta, weight_decay) if weight_decay else loss

    def decay(self, theta, weight_decay):
        """The part of the loss that is not nll: weight_decay/2 |theta|^2 of what is trained."""
        theta = theta[: self.space.trained]
        return 0.5 * weight_decay * (theta @ theta)

    def _loss(self, network, inputs, target):
        with self.arithmetic():
            return self.mean(network(*inputs), target)[0]

    def mean(self, outputs, target):
        """(the mean loss [] of a batch, what it counts for): over the rows that are scored, each by its weight."""
        outputs, target = self.scored(outputs, target)
        losses = self.task.losses(outputs, target)
        if torch.is_grad_enabled() and not losses.requires_grad:
            raise ValueError("no gradient of the loss reaches the parameters; leave out no_grad, detach, argmax and the like")
        if self.weights is not None:
            whole = self.weights(self.task.targets(target)).sum()
            return losses.sum() / whole, whole.item()
        return (losses.mean() if losses.numel() else losses.sum()), losses.numel()

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

    @contextlib.contextmanager
    def _dropout(self, rng):
        """Dropout's draws come from `rng`, and from the global generator only for the time of this step."""
        if not self.stochastic:
            yield
            return
        with forked(self.device):
            torch.manual_seed(int(torch.randint(2**62, (), generator=rng)))
            yield


def _ahead(items):
    """The same items; each is made by a thread while the one before is in use."""
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(next, items, None)
        while (item := made.result()) is not None:
            made = pool.submit(next, items, None)
            yield item


@lru_cache(None)
def native_bf16(device) -> bool:
    """Whether the device multiplies bfloat16 matrices in hardware; asked at every step, looked up once."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and not {"avx512_bf16", "amx_bf16"}.isdisjoint(cpuinfo.read_text().split())


def device_of(name) -> torch.device:
    """A device by its name, or as it is. Raises ValueError if this machine has none of it."""
    try:
        device = torch.device(name)
        torch.empty(1, device=device).cpu()  # of meta there is no copy
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        told = str(error).partition("\n")[0].rstrip(".")
        raise ValueError(f"device is {name!r}, which this machine does not have ({told}); name cpu or cuda") from None
    return device


def default_device() -> torch.device:
    """The GPU if there is one, made to compute the same twice and to mean fp32 by fp32 (no TF32)."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else recurrent layers may differ from run to run
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda", torch.cuda.current_device())
