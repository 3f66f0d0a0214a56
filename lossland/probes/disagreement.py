"""How far networks are apart in their predictions and in parameter space (Garipov et al. 2018, arXiv 1802.10026, section 6;
Fort et al. 2019, arXiv 1912.02757, figures 2 and 3).

disagreement(i, j) = mean over x of [argmax f(x; theta_i) != argmax f(x; theta_j)]        distance = |theta_i - theta_j|
overlap(i, j) = 2 |W_i and W_j| / (|W_i| + |W_j|),   W_i the x that i errs on      (Draxler et al. 2018, arXiv 1803.00885)
"""

import pandas as pd
import torch

from lossland.landscape.ensembles import pairs
from lossland.landscape.evaluate import predict, targets
from lossland.options import BatchNorm, Count, Split

SCHEMA = {
    "split": "string", "first": "int64", "second": "int64", "source_first": "int64", "source_second": "int64",
    "same_source": "bool_", "epoch_first": "float64", "epoch_second": "float64", "disagreement": "float64",
    "distance": "float64", "error_first": "float64", "error_second": "float64", "overlap": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["split", "first", "second"]
NEEDS = "classes"
SEVERAL = True


def measure(problem, subspace, *, resolution: Count = 2, split: Split = "test", bn: BatchNorm = "recalibrate") -> pd.DataFrame:
    """One row for each pair first < second of the points of the chart's grid: all of a set, `resolution` points of a path.

    `same_source` says whether a pool has both from one source, and the numbers of these; all are one where nothing was
    pooled. The epochs are those of their trainings, NaN where none is noted.

    `overlap` is NaN where neither errs. Raises ValueError if there are no two points.
    """
    u = subspace.chart.grid(resolution)
    if len(u) < 2:
        raise ValueError("disagreement compares two networks, and there is one; pool several, or keep more snapshots")
    labels = torch.stack([p.argmax(1) for p in predict(problem, subspace, u, split, bn)])
    y = targets(problem, split)
    wrong = (labels != y).double()
    errors, common = wrong.mean(1), wrong @ wrong.T
    columns = pairs(subspace, len(u))
    first, second = columns["first"], columns["second"]
    columns |= {
        "disagreement": torch.stack([(labels[i] != labels[j]).double().mean() for i, j in zip(first, second, strict=True)]),
        "distance": subspace.distances(u[first], u[second]),
        "error_first": errors[first],
        "error_second": errors[second],
        "overlap": 2 * common[first, second] / (common[first, first] + common[second, second]),
    }
    return pd.DataFrame({"split": split, "examples": len(y)} | columns)
