"""How low the loss was found in random cuts of parameter space, by dimension and radius (Fort & Jastrzebski 2019, arXiv
1906.04724; Li et al. 2018, arXiv 1804.08838).

    theta = r theta_0 + M z,    z [d] trained,    M [D d] random and orthonormal       radius r in norms of the initialisation
"""

from dataclasses import replace

import pandas as pd

from lossland.landscape.evaluate import evaluate, score
from lossland.options import BatchNorm, Count, Splits

SCHEMA = {
    "split": "string", "index": "int64", "dimension": "int64", "radius": "float64", "nll": "float64", "error": "float64",
    "norm": "float64",
}  # fmt: skip
KEY = ["split", "index"]


def measure(
    problem,
    subspace,
    *,
    splits: Splits = ("train", "test"),
    bn: BatchNorm = "recalibrate",
    examples: Count | None = None,
) -> pd.DataFrame:
    """One row for each trained point and split; `norm` is |theta|. Raises ValueError for anything but random cuts."""
    if not {"dimension", "radius"} <= set(subspace.notes):
        raise ValueError(f"cuts measures points of random cuts, and {subspace.chart} has none; name a random_cut")
    problem, u = replace(problem, examples=examples), subspace.chart.grid(None)
    table = evaluate(problem, subspace, u, splits, bn)
    columns = {"index": range(len(u)), "norm": subspace.norms(u)}
    columns |= {name: subspace.notes[name] for name in ("dimension", "radius")}
    scores = {name: score(problem, table, name).T for name in ("nll", "error")}
    parts = [columns | {"split": split} | {n: v[i] for n, v in scores.items()} for i, split in enumerate(splits)]
    return pd.concat(map(pd.DataFrame, parts))
