"""What the points of a subspace cost in seconds: the wall-clock axis of figure 8 of Benton et al. 2021 (arXiv 2102.13042).

    seconds = epochs x epoch_seconds,    epoch_seconds = minibatches of an epoch x median seconds of a gradient step, timed here
    overhead = seconds of the fastest step of the curve / of a network      (A.1 of Garipov et al. 2018, arXiv 1802.10026)

`epochs` are passes through the training data: a step of H points of a simplex counts H times. The time depends on the machine
and on what else it does, so this is the one table in which two runs differ; the overhead, for which both kinds of step take
turns, much less. A step is making a batch, its loss and gradient. Differs from the papers in: there the clock of the trainings
themselves, of which a training that shared its machine, or was interrupted, has none.
"""

import itertools
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from lossland.geometry.charts import Curve
from lossland.landscape.objectives import expected_loss, pointwise
from lossland.options import Count, Precision
from lossland.rng import stream

SCHEMA = {"index": "int64", "epochs": "float64", "epoch_seconds": "float64", "seconds": "float64", "overhead": "float64"}
KEY = ["index"]


def measure(problem, subspace, *, steps: Count = 20, batch_size: Count = 128, precision: Precision = "fp32") -> pd.DataFrame:
    """One row for each anchor, with the `epochs` that led to it. `steps` are timed; `overhead` is NaN if it is not a curve."""
    problem = replace(problem, precision=precision)
    anchors, inner = problem.point(subspace.anchors), range(1, len(subspace.anchors) - 1)
    decay = float(subspace.decay.get("weight_decay", 0))
    kinds = [(pointwise(decay), anchors[-1:], [0])]
    if isinstance(subspace.chart, Curve) and inner:
        kinds.append((expected_loss(subspace.chart, decay), anchors, list(inner)))
    taken = _taken(problem, kinds, steps, batch_size)
    epoch, epochs = problem.steps(batch_size) * np.median(taken[:, 0]), subspace.spent.double().numpy()
    own, *curve = taken.min(axis=0)
    columns = {"epochs": epochs, "epoch_seconds": epoch, "seconds": epochs * epoch}
    return pd.DataFrame({"index": range(len(epochs)), "overhead": curve[0] / own if curve else np.nan} | columns)


def _taken(problem, kinds, steps, batch_size):
    """Seconds [steps kinds] of a step of each kind; the first step, which pays for what is made once, is not timed."""
    epochs = (problem.batches("train", batch_size, epoch_key=("seconds", epoch)) for epoch in itertools.count())
    batches, times = itertools.chain.from_iterable(epochs), []
    for step in range(steps + 1):
        clock = [time.perf_counter()]
        _, inputs, target = next(batches)
        target.ravel()[0].item()  # waits for the device
        clock.append(time.perf_counter())
        for objective, anchors, free in kinds:
            _, gradient = objective(problem, anchors, free, (inputs, target), stream("seconds", step))
            gradient[0, 0].item()
            clock.append(time.perf_counter())
        batch, *taken = np.diff(clock)
        times.append([batch + seconds for seconds in taken])
    return np.array(times[1:])
