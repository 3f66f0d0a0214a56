"""Ensembles of the networks of a set, by size (Garipov et al. 2018, sections 5, 6 and A.6; Fort et al. 2019).

p(y | x) = mean of the softmax outputs of the members; scores as in `lossland.scores`, each over subsets of the set
"""

import itertools
from typing import Literal

import pandas as pd
import torch

from lossland.landscape.evaluate import predict, targets
from lossland.options import BatchNorm, Count, Seed, Split
from lossland.scores import scores, tempered
from lossland.streams import stream

SCHEMA = {
    "split": "string", "size": "int64", "subset": "int64", "members": "string", "epochs": "float64",
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
    by: Literal["network", "source", "order"] = "network",
    sizes: list[Count] | None = None,
    subsets: Count = 50,
    scaled: bool = False,
    seed: Seed = 0,
) -> pd.DataFrame:
    """The networks are the points of the chart's grid: all of a set, `resolution` points of a path.

    `size` counts networks, or with `by: source` the sources of a pool, each with all of its networks (the runs of Garipov
    et al., Table 1): all subsets of each size (default: of every size) where there are at most `subsets`, else that many
    different ones drawn under `seed`. With `by: order` there is one of each size, the first networks. `scaled` fits a
    temperature to each member first (`scores.tempered`). `epochs` is the training that has led to a subset's members.
    """
    p = torch.stack(list(predict(problem, subspace, subspace.chart.grid(resolution), split, bn)))
    y = targets(problem, split)
    if scaled:
        p = torch.stack([tempered(member, y) for member in p])
    zeros = torch.zeros(len(p), dtype=torch.float64)
    counted = len(p) == len(subspace.anchors)  # the points of a path cost no training of their own
    source, before = (subspace.notes.get(name, zeros) if counted else zeros for name in ("source", "before"))
    spent = subspace.spent if counted else zeros
    units = (
        [(source == s).nonzero()[:, 0].tolist() for s in source.unique()] if by == "source" else [[i] for i in range(len(p))]
    )
    rows = []
    for size in sizes or range(1, len(units) + 1):
        if size > len(units):
            raise ValueError(f"sizes names {size}, but there are {len(units)} to choose from")
        rng = stream(seed, "subsets", size)
        chosen = [range(size)] if by == "order" else _subsets(len(units), size, subsets, rng)
        for i, subset in enumerate(chosen):
            members = [member for unit in subset for member in units[unit]]
            row = {"split": split, "size": size, "subset": i, "members": " ".join(map(str, members))}
            row["epochs"] = float(spent[members].max()) if by == "order" else _cost(source[members], (spent - before)[members])
            rows.append(row | scores(p[members].double().mean(0), y))
    return pd.DataFrame(rows)


def _cost(source, spent):
    """Epochs until the last of the members of each source was there; sources that share a beginning each pay for it."""
    return sum(float(spent[source == s].max()) for s in source.unique())


def _subsets(n, size, limit, rng):
    first = list(itertools.islice(itertools.combinations(range(n), size), limit + 1))
    if len(first) <= limit:
        return first
    chosen = set()
    while len(chosen) < limit:
        chosen.add(tuple(sorted(torch.randperm(n, generator=rng)[:size].tolist())))
    return sorted(chosen)
