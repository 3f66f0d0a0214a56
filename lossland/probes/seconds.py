"""What the points of a subspace cost in seconds: the wall-clock axis of figure 8 of Benton et al. 2021 (arXiv 2102.13042).

    seconds = epochs x epoch_seconds,    epoch_seconds = minibatches of an epoch x median seconds of a gradient step, timed here

`epochs` are passes through the training data: a step of H points of a simplex counts H times. The time depends on the machine
and on what else it does, so this is the one table in which two runs differ. Differs from the paper in: there the clock of the
trainings themselves, of which a training that shared its machine, or was interrupted, has none.
"""

import itertools
import time
from dataclasses import replace

import pandas as pd
import torch

from lossland.landscape.edge import checked
from lossland.options import Count, Precision
from lossland.rng import stream

SCHEMA = {"index": "int64", "epochs": "float64", "epoch_seconds": "float64", "seconds": "float64"}
KEY = ["index"]


@checked
def measure(problem, subspace, *, steps: Count = 20, batch_size: Count = 128, precision: Precision = "fp32") -> pd.DataFrame:
    """One row for each anchor, with the `epochs` that led to it. `steps` are timed: making a batch, its loss and gradient."""
    problem = replace(problem, precision=precision)
    epoch = problem.steps(batch_size) * _median(problem, problem.point(subspace.end), steps, batch_size)
    epochs = subspace.spent.double().numpy()
    return pd.DataFrame({"index": range(len(epochs)), "epochs": epochs, "epoch_seconds": epoch, "seconds": epochs * epoch})


def _median(problem, theta, steps, batch_size):
    """Median seconds of a step; the first, which pays for what is made once, is not timed."""
    gradient, ends = torch.zeros_like(theta), []
    epochs = (problem.batches("train", batch_size, epoch_key=("seconds", epoch)) for epoch in itertools.count())
    for step, inputs, target in itertools.islice(itertools.chain.from_iterable(epochs), steps + 1):
        problem.gradient(theta, inputs, target, stream("seconds", step), into=gradient)
        gradient[0].item()  # waits for the device
        ends.append(time.perf_counter())
    return torch.tensor(ends, dtype=torch.float64).diff().quantile(0.5).item()
