"""The vertices of a complex in three dimensions, and how good each is (Benton et al. 2021, arXiv 2102.13042, figure 4, right).

    x, y, z = the first three principal components of all vertices;    share = the part of their variance along each

Differs from the paper in: how its image was projected is not said there.
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.geometry import volumes
from lossland.geometry.measures import components
from lossland.landscape.evaluate import evaluate, score
from lossland.landscape.simplexes import modes
from lossland.options import BatchNorm, Count

SCHEMA = {
    "index": "int64", "mode": "bool_", "x": "float64", "y": "float64", "z": "float64", "share_x": "float64",
    "share_y": "float64", "share_z": "float64", "simplexes": "string", "nll": "float64", "error": "float64",
}  # fmt: skip
KEY = ["index"]


def measure(problem, subspace, *, bn: BatchNorm = "recalibrate", examples: Count | None = None) -> pd.DataFrame:
    """One row for each vertex: whether it is a `mode`, a network that was there before, the numbers of the `simplexes` that it
    is in, as text, and its train scores. Of fewer than four vertices the last components are zero.

    Raises ValueError for anything but a complex whose vertices were trained, and if they span fewer dimensions than
    they might.
    """
    problem, k, first = replace(problem, examples=examples), subspace.chart.k, modes(subspace)
    inner = volumes.inner(subspace.anchors)
    weights, shares = components(inner, min(3, k - 1))
    places, share = torch.zeros(3, k, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    places[: len(weights)], share[: len(weights)] = (weights @ inner) - (weights @ inner).mean(1, keepdim=True), shares
    table = evaluate(problem, subspace, subspace.chart.grid(), ["train"], bn)[:, 0]
    simplexes = [[i for i, simplex in enumerate(subspace.chart.simplexes) if v in simplex] for v in range(k)]
    columns = {"index": range(k), "mode": [v < first for v in range(k)]}
    columns |= dict(zip("xyz", places.numpy(), strict=True))
    columns |= {f"share_{axis}": part for axis, part in zip("xyz", share.tolist(), strict=True)}
    columns["simplexes"] = [" ".join(map(str, own)) for own in simplexes]
    return pd.DataFrame(columns | {name: score(problem, table, name) for name in ("nll", "error")})
