"""A problem: a parameter space, the data, what is asked of them, and the arithmetic in which it is computed."""

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path

import torch

from lossland.inputs.arrays import Arrays
from lossland.landscape.checkpoint import Journal
from lossland.landscape.space import ParamSpace
from lossland.rng import stream


@dataclass(frozen=True)
class Problem:
    """`batch_size` is that of evaluations and calibrations; trainings state their own. `journal` keeps unfinished work.

    With `examples` there are only so many of each split, the first.
    """

    space: ParamSpace
    data: Arrays
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: str = "fp32"
    batch_size: int = 500
    examples: int | None = None
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self):
        object.__setattr__(self, "data", self.data.to(self.device))
        self.space.to(self.device)

    @cached_property
    def task(self):
        return import_module(f"lossland.tasks.{self.data.task}")

    def init(self, seed):
        """The point theta [D] that the network's own initialisation draws under `seed`."""
        return self.space.init(seed).to(self.device)

    def size(self, split) -> int:
        return len(self.data.y[split][: self.examples])

    def steps(self, size) -> int:
        """Minibatches of `size` in an epoch of training."""
        return len(self.task.minibatches(self.size("train"), size, stream("steps")))

    def batches(
        self, split, size=None, *, epoch_key=None, shuffled=True, start=0, memory=None
    ) -> Iterator[tuple[int, tuple, torch.Tensor]]:
        """(step, inputs, target) of the minibatches of a split, from step `start` on.

        `epoch_key`, a tuple, names the random order and augmentation of the epoch, or its augmentation alone where it is not
        `shuffled`; without it the examples come in order and as they are. Where the task has a MEMORY, the last input is
        the list `memory`, empty at first: the network leaves in it the hidden state that the next batch begins with. What
        lies in files is read a batch ahead.
        """
        made = self._batches(split, size, epoch_key, shuffled, start, memory)
        return made if torch.is_tensor(self.data.x[split]) else _ahead(made)

    def _batches(self, split, size, epoch_key, shuffled, start, memory):
        memory = [] if memory is None else memory
        if not self.size(split):
            raise ValueError(f"split {split} is empty; give the dataset one, or name another split")
        order = stream(*epoch_key, "order") if epoch_key is not None and shuffled else None
        minibatches = self.task.minibatches(self.size(split), size or self.batch_size, order)
        for step, rows in list(enumerate(minibatches))[start:]:
            augment = None if epoch_key is None else stream(*epoch_key, "augment", step)
            inputs, target = self.task.batch(self.data, split, rows, augment)
            yield step, (*inputs, memory) if self.task.MEMORY else inputs, target

    def gradient(self, theta, inputs, target, rng, weight_decay=0.0, *, into=None, share=1.0):
        """(value, gradient [D]) at theta [D] of the batch's mean loss + weight_decay/2 |theta|^2, as in training.

        The gradient is added `share` times to `into` [D] (default: once to zeros), each parameter tensor as soon as it is
        known, so that beside theta and `into` there is never a third vector of their length.
        """
        gradient = torch.zeros_like(theta) if into is None else into
        loss = self._loss(self.space.leaves(theta, gradient, share), inputs, target, rng)
        loss.backward()
        if weight_decay:
            gradient.add_(theta, alpha=share * weight_decay)
            return loss.detach() + 0.5 * weight_decay * (theta @ theta), gradient
        return loss.detach(), gradient

    @torch.no_grad()
    def value(self, theta, inputs, target, rng, weight_decay=0.0):
        """The value alone that `gradient` gives."""
        loss = self._loss(theta, inputs, target, rng)
        return loss + 0.5 * weight_decay * (theta @ theta) if weight_decay else loss

    def _loss(self, parameters, inputs, target, rng):
        with self._dropout(rng), self.arithmetic():
            return self.task.losses(self.space.forward(parameters, *inputs), target).mean()

    def arithmetic(self):
        """The context of a forward pass."""
        bf16 = self.precision == "bf16" or (self.precision == "auto" and native_bf16(self.device))
        return torch.autocast(self.device.type, torch.bfloat16) if bf16 else contextlib.nullcontext()

    @cached_property
    def stochastic(self) -> bool:
        """Whether a training step draws random numbers (dropout, stochastic depth): whether it moves the generator."""
        with self._forked(), torch.no_grad():
            before = self._generator_state()
            self.space.forward(torch.zeros(1, device=self.device).expand(self.space.dimension), *self._few())
            return not torch.equal(before, self._generator_state())

    @torch.no_grad()
    def check(self):
        """Raises ValueError if the network, dropout off, is not one function of theta and each single input."""
        theta = self.init(0)
        buffers = {n: b.clone() for n, b in self.space.buffers.items()}
        state = self.space.calibrate(theta, [self._few()])
        with self._forked():
            self.space.forward(theta, *self._few())
            first, second = (self.space.predict(theta, state, *self._few()) for _ in range(2))
        half = self.space.predict(theta, state, *(x[: len(x) // 2] if torch.is_tensor(x) else x for x in self._few()))
        for name, buffer in self.space.buffers.items():
            if not torch.equal(buffer, buffers[name]) and not name.endswith("num_batches_tracked"):
                raise ValueError(
                    f"the network changes its buffer {name} in a forward pass; only batch norm may keep statistics"
                )
        if not torch.equal(first, second):
            raise ValueError("the network gives two different answers to the same input with dropout off")
        if not torch.allclose(first[: len(half)], half, rtol=1e-3, atol=1e-4):
            raise ValueError("the network's answer to an input depends on the other inputs of the batch with dropout off")

    def _few(self):
        """A small batch of inputs, in a pass of its own."""
        _, inputs, _ = next(self.batches("train", 8))
        return inputs

    def _forked(self):
        return torch.random.fork_rng([self.device] if self.device.type == "cuda" else [])

    def _generator_state(self):
        states = [torch.get_rng_state()]
        if self.device.type == "cuda":
            states.append(torch.cuda.get_rng_state(self.device))
        return torch.cat(states)

    @contextlib.contextmanager
    def _dropout(self, rng):
        """Dropout's draws come from `rng`, and from the global generator only for the time of this step."""
        if not self.stochastic:
            yield
            return
        with self._forked():
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


def default_device() -> torch.device:
    """The GPU if there is one, made to compute the same twice and to mean fp32 by fp32 (no TF32)."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else recurrent layers may differ from run to run
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda", torch.cuda.current_device())
