"""Segments from optima to their connector, and what it is compared with (Fort & Jastrzebski 2019, arXiv 1906.04724).

    connector   w_i -> c        centroid   w_i -> mean of w_1 .. w_m        optimum   w_i -> w_i+1, the last to the first
    simplex     points drawn uniformly from the simplex of w_1 .. w_m and c, t NaN

The paper's procedure trains c alone: that bounds the loss at c, and nothing between.
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.geometry.charts.complex import Complex
from lossland.landscape.evaluate import evaluate, score
from lossland.landscape.simplexes import modes
from lossland.options import BatchNorm, Count, Seed, Splits
from lossland.rng import stream

SCHEMA = {
    "split": "string", "to": "string", "leg": "int64", "index": "int64", "t": "float64", "nll": "float64", "error": "float64",
}  # fmt: skip
KEY = ["split", "to", "leg", "index"]


def measure(
    problem,
    subspace,
    *,
    resolution: Count = 21,
    samples: Count = 25,
    splits: Splits = ("train", "test"),
    bn: BatchNorm = "recalibrate",
    examples: Count | None = None,
    seed: Seed = 0,
) -> pd.DataFrame:
    """One row for each of `resolution` points of each leg, from optimum `leg` at t = 0, and for each of the `samples`, leg 0.

    Raises ValueError for anything but a complex of networks and one connector.
    """
    m, k = modes(subspace), subspace.chart.k
    if k != m + 1 or m < 2:
        raise ValueError(f"spokes lead from networks to one connector, and there are {m} and {k - m}; name a connector")
    problem, vertices = replace(problem, examples=examples), torch.eye(k, dtype=torch.float64)
    optima, t = vertices[:m], torch.linspace(0, 1, resolution, dtype=torch.float64)[:, None]
    ends = {"connector": vertices[m:].expand(m, k), "centroid": optima.mean(0).expand(m, k), "optimum": optima.roll(-1, 0)}
    u, points = [], []
    for to, end in ends.items():
        for leg in range(m):
            u.append((1 - t) * optima[leg] + t * end[leg])
            points += [{"to": to, "leg": leg, "index": i, "t": at} for i, at in enumerate(t[:, 0].tolist())]
    u.append(Complex(k, (range(k),)).sample(samples, stream(seed, "spokes")))
    points += [{"to": "simplex", "leg": 0, "index": i, "t": torch.nan} for i in range(samples)]
    table = evaluate(problem, subspace, torch.cat(u), splits, bn)
    scores = {name: score(problem, table, name).T for name in ("nll", "error")}
    own = [pd.DataFrame({name: found[i] for name, found in scores.items()}) for i in range(len(splits))]
    return pd.concat([pd.DataFrame(points).join(found).assign(split=split) for split, found in zip(splits, own, strict=True)])
