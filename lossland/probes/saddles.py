"""The highest points of a path between two minima, and how well they are known (Draxler et al. 2018, arXiv 1803.00885).

    saddle = max_t v(theta(t))      over the sampled t; of each split and each score v its own, as in Table B.1
    refined: `rounds` times, three more t in each of the two gaps beside the highest; then the maximum over all that there are
    low  = saddle - 97.5 % quantile of max_t (v_w - v)(theta(t))                 v_w = sum_x w_x v(x; theta(t)) / N
    high = saddle -  2.5 % quantile of (v_w - v)(theta(t')),                     t' where the saddle was sampled

w counts how often each example is drawn in N draws with replacement, the same w at every t: a bootstrap interval over examples
for the maximum over the sampled points. It knows nothing of what lies between them, which is what `refined` is for, nor of
other trainings. A maximum of noisy means overshoots, by no more than the greatest error at any t, and by as much where all are
equally high, as on a trained band: `low` allows for that, and `fair` is the maximum without its luck
(`lossland.statistics.barrier`). Simulated with 200 normal losses, the interval has the maximum that infinitely many examples
would give in 0.94 to 0.99 of data sets on flat paths of 31 and 291 points, whether the losses of an example at two points
correlate by 0, 0.5 or 0.9, and in 0.95 to 1 at a single peak, where it is wider than need be. Words of a text are drawn one by
one, as if neighbours were independent.

Differs from the released code in: 9 points between two pivots as there, but refined; the interval; examples not augmented.
"""

from dataclasses import replace
from typing import Annotated

import pandas as pd
import torch

from lossland.geometry.measures import columns
from lossland.landscape.ends import joined, refuse_one_point
from lossland.landscape.evaluate import example_scores, halved, path, point_by_point, shares, statistics, targets
from lossland.options import BatchNorm, Between, Count, Index, Seed, Splits
from lossland.rng import stream
from lossland.statistics.barrier import highest as fair

SCHEMA = {
    "a": "int64", "b": "int64", "split": "string", "quantity": "string", "value_a": "float64", "value_b": "float64",
    "saddle": "float64", "fair": "float64", "low": "float64", "high": "float64", "refined": "float64", "t": "float64",
    "share": "float64", "anchors": "int64", "straight": "float64", "length": "float64", "bn": "string",
    "examples": "int64",
}  # fmt: skip
KEY = ["split", "quantity"]
OF = 1


def measure(
    problem,
    subspace,
    *,
    resolution: Annotated[int, Between(2)] | None = None,
    splits: Splits = ("train", "test"),
    bn: BatchNorm = "recalibrate",
    examples: Count | None = None,
    draws: Annotated[int, Between(20)] = 200,
    rounds: Index = 3,
    seed: Seed = 0,
) -> pd.DataFrame:
    """One row for each split and each score of the task, at `resolution` points (default: 9 between two anchors).

    `a` and `b` name the two ends by the crc32 of their float32 bytes, `straight` is their distance; `t` and `share`, that of
    the length, are where the refined maximum is, the first of several. Takes draws x examples bytes of memory, however many
    points. Raises ValueError for anything but a path from t = 0 to 1, and on one of no length.
    """
    problem = replace(problem, examples=examples)
    t, state_of = path(subspace.chart, resolution), statistics(problem, subspace, bn)
    refuse_one_point(subspace, t)
    weights = {split: _weights(problem, split, draws, stream(seed, "bootstrap", split)) for split in splits}

    def means(t, redraws):
        """[n splits 1 + redraws scores]: of the examples, and of each draw and half of them."""

        def measured(_, c, theta):
            state = state_of(c, theta)
            return torch.stack([_means(w[:redraws], example_scores(problem, theta, state, s)) for s, w in weights.items()])

        shape = (len(weights), 1 + redraws, len(problem.task.SCORES))
        return point_by_point(problem, subspace, t, slice(None), shape, measured)

    sampled = means(t, draws + 2)
    values, redrawn, halves = sampled[:, :, 0], sampled[:, :, 1:-2], sampled[:, :, -2:]
    (saddle, highest), ends = values.max(0), values[[0, -1]]
    off = redrawn - values[:, :, None]
    at_saddle = off.take_along_dim(highest[None, :, None], 0)[0]
    low, high = saddle - off.amax(0).quantile(0.975, 1), saddle - at_saddle.quantile(0.025, 1)
    t, values = _refined(t, values, rounds, lambda t: means(t, 0)[:, :, 0])
    straight, (share, length) = subspace.distances(t[:1], t[-1:]).item(), shares(subspace, t)
    numbers = {"value_a": ends[0], "value_b": ends[1], "saddle": saddle, "low": low, "high": high, "refined": values.amax(0)}
    numbers |= {"fair": torch.from_numpy(fair(halves.permute(1, 3, 2, 0)))}
    numbers |= {"t": t[values.argmax(0), 0], "share": share[values.argmax(0)]}
    table = pd.DataFrame({name: number.flatten().numpy() for name, number in numbers.items()})
    names = [(split, quantity) for split in weights for quantity in problem.task.SCORES]
    table["split"], table["quantity"] = zip(*names, strict=True)
    table["examples"] = table["split"].map(problem.size)
    return table.assign(**joined(subspace), anchors=subspace.chart.k, straight=straight, length=length, bn=bn)


def _weights(problem, split, draws, rng):
    """w [draws + 2, N], uint8 on the device: how often each example is drawn, and whether it is in either half."""
    n = len(targets(problem, split))
    drawn = (torch.randint(n, (n,), generator=rng).bincount(minlength=n).byte() for _ in range(draws))
    return torch.cat([torch.stack(list(drawn)), halved(problem, split, n).byte()]).to(problem.device)


def _means(weights, scores):
    """[1 + m scores], float64: the mean of scores [N scores], then those under weights [m N]."""
    scores = scores.double()
    total = torch.zeros(len(weights), scores.shape[1], dtype=scores.dtype, device=scores.device)
    for part in columns(len(weights), len(scores)):
        total += weights[:, part].double() @ scores[part]
    return torch.cat([scores.mean(0, keepdim=True), total / weights.sum(1, keepdim=True)]).cpu()


def _refined(t, values, rounds, measured):
    """t [n 1] and the values there [n ...] with those that were `measured` beside the highest of each column."""
    for _ in range(rounds):
        more = _beside(t, values.flatten(1).argmax(0))
        t, order = torch.cat([t, more]).sort(0)
        values = torch.cat([values, measured(more)])[order[:, 0]]
    return t, values


def _beside(t, highest):
    """Three t [m 1] inside each of the gaps of t [n 1] beside the points numbered `highest`."""
    gaps = torch.cat([highest - 1, highest]).unique()
    gaps = gaps[(gaps >= 0) & (gaps < len(t) - 1)]
    inside = torch.tensor([0.25, 0.5, 0.75], dtype=t.dtype)
    return (t[gaps] + (t[gaps + 1] - t[gaps]) * inside).reshape(-1, 1)
