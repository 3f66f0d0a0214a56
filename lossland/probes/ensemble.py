"""Ensembles of the networks of a set, by size (Garipov et al. 2018, sections 5, 6 and A.6; Fort et al. 2019, figure 7).

p(y | x) = mean of the softmax outputs of the members; scores as in `lossland.statistics.scores`, each over subsets of the set

Ensembles are less sure the more members they have, so nll and calibration are also those of p^(1/T) / Z, `tempered`, with T
fitted on the other half of the split.
"""

from typing import Literal

import pandas as pd
import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.ensembles import subsets as subsets_of
from lossland.landscape.evaluate import predict, targets
from lossland.options import BatchNorm, Count, Seed, Split
from lossland.statistics.scores import calibration, jensen_shannon, scores, tempered

SCHEMA = {
    "split": "string", "size": "int64", "subset": "int64", "members": "string", "epochs": "float64",
    "nll": "float64", "error": "float64", "brier": "float64", "ece": "float64", "ece_adaptive": "float64",
    "ece_debiased": "float64", "nll_tempered": "float64", "ece_tempered": "float64", "js": "float64",
    "examples": "int64",
}  # fmt: skip
KEY = ["split", "size", "subset"]
NEEDS = "classes"
SEVERAL = True


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

    Which ensembles there are, `by`, `sizes`, `subsets` and `seed` say as in `lossland.landscape.ensembles.subsets`: with `by:
    source` a run of several networks counts as one (Garipov et al., Table 1). `scaled` fits a temperature to each member
    first (`scores.tempered`). `js` is how much the networks of an ensemble differ; compare it among equal numbers of them.
    """
    if subspace.chart == Points(1) and "source" not in subspace.notes:
        raise ValueError("an ensemble is of several networks, and there is one; pool several, or keep more snapshots")
    p = torch.stack(list(predict(problem, subspace, subspace.chart.grid(resolution), split, bn)))
    y = targets(problem, split)
    if scaled:
        p = torch.stack([tempered(member, y) for member in p])
    rows = []
    for row, members in subsets_of(subspace, len(p), by=by, sizes=sizes, limit=subsets, seed=seed):
        mean = p[members].mean(0)
        own = scores(mean, y) | calibration(mean, y) | {"js": jensen_shannon(p[members]), "examples": len(y)}
        at_own = scores(tempered(mean, y), y)
        rows.append({"split": split} | row | own | {f"{name}_tempered": at_own[name] for name in ("nll", "ece")})
    return pd.DataFrame(rows)
