"""The cosines, not angles, between networks in parameter space (Fort et al. 2019, arXiv 1912.02757, figure 2, left, figure 3).

    cosine(i, j) = theta_i . theta_j / (|theta_i| |theta_j|)     over the parameters of a group

The groups are those of `lossland.landscape.cosines`: `all`, as in the released code, only the `weights`, and `no norms`.
Notebooks that reproduce the figure (ayulockin/LossLandscape) drop biases but keep the scales of batch norm, which lift the
cosine of independent networks.
"""

import pandas as pd

from lossland.landscape.cosines import cosines
from lossland.landscape.ensembles import pairs
from lossland.options import Count

SCHEMA = {
    "group": "string", "first": "int64", "second": "int64", "source_first": "int64", "source_second": "int64",
    "same_source": "bool_", "epoch_first": "float64", "epoch_second": "float64", "cosine": "float64",
}  # fmt: skip
KEY = ["group", "first", "second"]
SEVERAL = True


def measure(problem, subspace, *, resolution: Count = 2) -> pd.DataFrame:
    """One row for each group with parameters and each pair first < second of the points of the chart's grid: all of a set,
    `resolution` points of a path.

    Sources and epochs are as in the table `disagreement`. Raises ValueError if there are no two points.
    """
    u = subspace.chart.grid(resolution)
    if len(u) < 2:
        raise ValueError("cosine compares two networks, and there is one; pool several, or keep more snapshots")
    columns, found = pairs(subspace, len(u)), cosines(problem.space, subspace, u, u)
    at = columns["first"], columns["second"]
    return pd.concat([pd.DataFrame({"group": g} | columns | {"cosine": c[at]}) for g, c in found.items()])
