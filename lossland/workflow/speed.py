"""How fast this machine is with a network: seconds of a gradient and of a forward pass, and how they grow with the batch.

    seconds of a pass = a + b examples

measured at two sizes, in less than a second for most networks; the data may be made up, for nothing depends on what they show.
"""

import platform
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from lossland import tasks
from lossland.landscape.devices import default_device
from lossland.landscape.evaluate import calibrated, mean_scores
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.rng import stream
from lossland.workflow import plugins

ENOUGH = 0.2  # seconds after which no larger batch is tried
SIZES = (2, 8, 32, 128)


@dataclass(frozen=True)
class Speed:
    """(a, b) of a gradient and of a forward pass, which is in fp32."""

    gradient: tuple[float, float]
    forward: tuple[float, float]
    parameters: float  # nan if the network cannot be measured
    held: float  # bytes of an example that a gradient keeps from the forward pass
    normalised: bool  # batch norm is calibrated before an evaluation, which is another forward pass

    def passes(self, kind, number, batch):
        """Seconds of `number` passes of a `batch`."""
        a, b = getattr(self, kind)
        return number * (a + b * batch)


def machine() -> str:
    """What a speed depends on beside the network."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.machine()
    if device == platform.machine() and Path("/proc/cpuinfo").exists():
        device = next((line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if "model name" in line), device)
    return f"{device.rpartition(':')[2].strip()}, torch {torch.__version__}"


def problem_of(model, options, data) -> Problem:
    """A network of the library, or of the user's own, and `data` in memory."""
    outputs = tasks.found(data.task).outputs(data.classes)
    return Problem(ParamSpace(partial(plugins.load("models", model), data.shape, outputs, **options)), data, default_device())


def of(problem, precision="fp32") -> Speed:
    """The speed with a network; gradients are in `precision`."""
    torch.set_num_threads(1)  # as in a job
    trained, theta = replace(problem, precision=precision), problem.init(0)
    state = calibrated(replace(problem, examples=32), theta)

    def gradient(n):
        _, inputs, target = next(trained.batches("train", n, epoch_key=("speed",)))
        trained.gradient(theta, inputs, target, stream("speed"))[0].item()
        return target.numel()

    def forward(n):
        part = replace(problem, examples=n)
        mean_scores(part, theta, state, "train")
        return part.size("train")

    return Speed(_line(gradient), _line(forward), problem.space.dimension, _held(gradient), problem.space.normalised)


def _held(gradient):
    """Bytes of an example that a gradient keeps until it goes back, each storage once; parameters are kept for any number."""

    def kept(n):
        storages = {}
        note = lambda t: storages.setdefault(t.untyped_storage().data_ptr(), t.untyped_storage().nbytes()) and t  # noqa: E731
        with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
            examples = gradient(n)
        return examples, sum(storages.values())

    (few, less), (many, more) = kept(SIZES[0]), kept(2 * SIZES[0])
    return max(more - less, 0) / max(many - few, 1)


def _line(work):
    """(a, b), from the smallest batch and the largest that takes no longer than is enough; of that alone if it takes longer."""
    work(SIZES[0])  # pays for what is made once
    times = []
    for size in SIZES:
        times.append(_clocked(work, size))
        if times[-1][1] > ENOUGH:
            break
        times[-1] = min(times[-1], _clocked(work, size))
    (few, fast), (many, slow) = times[0], times[-1]
    if many == few:
        return 0.0, fast / few
    b = max(slow - fast, 0) / (many - few)
    return max(fast - b * few, 0.0), b


def _clocked(work, size):
    """(examples, seconds): of this process, so that nothing else on the machine counts; on a GPU by the clock."""
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    started = clock()
    return work(size), clock() - started
