"""The loss inside a complex of low loss: mean, highest and worst found (Benton et al. 2021, arXiv 2102.13042, sections 4, 5).

    samples uniform in each simplex;   from the highest of them, a few steps uphill in the train nll L of c @ vertices:
    c_i <- c_i exp(s g_i / (max g - min g)) / Z,    g = vertices @ dL/dtheta [n],    s = 1, halved after a step that led down

A step is kept where L, evaluated as everywhere, is higher, so `nll_worst` of the train split is never below `nll_max`. The
gradient is that of all training data, dropout off, the batch-norm statistics of the point held. The paper reports 25 samples;
their mean says little about a barrier.
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.geometry.charts.complex import Complex
from lossland.landscape.evaluate import evaluate, point_by_point, score, slope, statistics
from lossland.landscape.simplexes import stages as stages_of
from lossland.options import BatchNorm, Count, Index, Seed, Splits
from lossland.rng import stream

SCHEMA = {
    "stage": "int64", "simplex": "int64", "split": "string", "samples": "int64", "nll_mean": "float64", "nll_max": "float64",
    "error_mean": "float64", "error_max": "float64", "nll_worst": "float64", "error_worst": "float64",
    "nll_vertices": "float64", "error_vertices": "float64",
}  # fmt: skip
KEY = ["stage", "simplex", "split"]


def measure(
    problem,
    subspace,
    *,
    samples: Count = 25,
    ascent: Index = 5,
    stages: list[Count] | None = None,
    splits: Splits = ("train", "test"),
    bn: BatchNorm = "recalibrate",
    examples: Count | None = None,
    seed: Seed = 0,
) -> pd.DataFrame:
    """One row for each simplex of the complex after so many added vertices, `stages` (default: the last), and each split.

    `ascent` steps lead to one point, whose scores are `nll_worst` and `error_worst` of every split; the highest of the
    vertices are `nll_vertices`, `error_vertices`. `error` is NaN of a task that has none. Raises ValueError for anything but a
    complex whose vertices were trained, and if a stage is not one of its.
    """
    problem = replace(problem, examples=examples)
    simplexes, seen = _simplexes(subspace, stages), list(dict.fromkeys(["train", *splits]))
    u = torch.stack([_drawn(subspace.chart.k, *where, samples, seed) for where in simplexes])
    drawn = evaluate(problem, subspace, u.flatten(0, 1), seen, bn).unflatten(0, u.shape[:2])
    corners = evaluate(problem, subspace, subspace.chart.grid(), seen, bn)
    highest = torch.arange(len(u)), score(problem, drawn, "nll")[:, :, 0].argmax(1)
    worst = _uphill(problem, subspace, u[highest], drawn[highest], seen, bn, ascent)
    rows = []
    for (stage, number, simplex), *tables in zip(simplexes, drawn, worst, strict=True):
        for split in splits:
            parts = [table[..., seen.index(split), :] for table in (*tables, corners[list(simplex)])]
            row = {"stage": stage, "simplex": number, "split": split, "samples": samples}
            for name in ("nll", "error"):
                inside, found, vertices = (score(problem, part, name) for part in parts)
                row |= {f"{name}_mean": inside.mean().item(), f"{name}_max": inside.max().item()}
                row |= {f"{name}_worst": found.item(), f"{name}_vertices": vertices.max().item()}
            rows.append(row)
    return pd.DataFrame(rows)


def _simplexes(subspace, stages):
    """(stage, its number, the simplex) of all that are measured."""
    there = stages_of(subspace)
    if missing := set(stages or []) - set(there):
        raise ValueError(f"stages names {min(missing)}, but {len(there)} vertices were added; name some of 1 to {len(there)}")
    return [(stage, *pair) for stage in stages or [max(there)] for pair in enumerate(there[stage])]


def _drawn(k, stage, number, simplex, samples, seed):
    u, n = torch.zeros(samples, k, dtype=torch.float64), len(simplex)
    u[:, list(simplex)] = Complex(n, (range(n),)).sample(samples, stream(seed, "inside", stage, number))
    return u


def _uphill(problem, subspace, u, best, splits, bn, steps):
    """What `evaluate` returns at the highest points [n] that so many steps from u [n k], where it returned `best`, found."""
    state_of, rate = statistics(problem, subspace, bn), torch.ones(len(u), 1, dtype=torch.float64)

    def slopes(_, c, theta):
        return subspace.anchors @ slope(problem, theta, state_of(c, theta)).cpu()

    for _ in range(steps):
        g = point_by_point(problem, subspace, u, slice(None), (subspace.chart.k,), slopes)
        high = torch.where(u > 0, g, -torch.inf).amax(1, keepdim=True)
        low = torch.where(u > 0, g, torch.inf).amin(1, keepdim=True)
        moved = torch.where(u > 0, u * (rate * (g - high) / (high - low)).exp(), 0)
        moved /= moved.sum(1, keepdim=True)
        table = evaluate(problem, subspace, moved, splits, bn)
        higher = score(problem, table, "nll")[:, 0] > score(problem, best, "nll")[:, 0]
        u, best = torch.where(higher[:, None], moved, u), torch.where(higher[:, None, None], table, best)
        rate = torch.where(higher[:, None], rate, rate / 2)
    return best
