"""Ensembles of the networks of a set, by size (Garipov et al. 2018, section 5; Fort et al. 2019).

p(y | x) = mean of the softmax outputs of the members; scores as in `lossland.scores`, each over subsets of the set
"""

import itertools

import pandas as pd
import torch

from lossland.landscape.evaluate import predict
from lossland.options import BatchNorm, Count, Seed, Split
from lossland.scores import scores
from lossland.streams import stream

SCHEMA = {
    "split": "string", "size": "int64", "subset": "int64", "members": "string",
    "nll": "float64", "error": "float64", "brier": "float64", "ece": "float64",
}  # fmt: skip
KEY = ["split", "size", "subset"]


def measure(
    problem,
    subspace,
    *,
    resolution: Count = 2,
    split: Split = "test",
    bn: BatchNorm = "recalibrate",
    subsets: Count = 50,
    seed: Seed = 0,
) -> pd.DataFrame:
    """All subsets of each size where there are at most `subsets`, else that many different ones drawn under `seed`.

    The members are the points of the chart's grid: all networks of a set, `resolution` points of a path.
    """
    p = torch.stack(list(predict(problem, subspace, subspace.chart.grid(resolution), split, bn)))
    y = problem.data.y[split].cpu()
    rows = []
    for size in range(1, len(p) + 1):
        for i, members in enumerate(_subsets(len(p), size, subsets, stream(seed, "subsets", size))):
            mean = p[list(members)].double().mean(0)
            rows.append({"split": split, "size": size, "subset": i, "members": " ".join(map(str, members))} | scores(mean, y))
    return pd.DataFrame(rows)


def _subsets(n, size, limit, rng):
    first = list(itertools.islice(itertools.combinations(range(n), size), limit + 1))
    if len(first) <= limit:
        return first
    chosen = set()
    while len(chosen) < limit:
        chosen.add(tuple(sorted(torch.randperm(n, generator=rng)[:size].tolist())))
    return sorted(chosen)
