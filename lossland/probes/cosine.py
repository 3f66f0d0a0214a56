"""The angles between networks in parameter space (Fort et al. 2019, arXiv 1912.02757, figure 2, left, and figure 3).

    cosine(i, j) = theta_i . theta_j / (|theta_i| |theta_j|)     over the parameters of a group

Groups: `all` parameters, as in the released code; the `weights` alone, without biases and norm layers; `no norms`, all but
the norm layers. The group matters: notebooks that reproduce the figure (ayulockin/LossLandscape) drop biases but keep the
scales of batch norm, which are near 1 in every network and lift the cosine of independent ones.
"""

import pandas as pd
import torch

from lossland.geometry.measures import gram
from lossland.landscape.members import pairs
from lossland.options import Count

SCHEMA = {
    "group": "string", "first": "int64", "second": "int64", "source_first": "int64", "source_second": "int64",
    "same_source": "bool_", "epoch_first": "float64", "epoch_second": "float64", "cosine": "float64",
}  # fmt: skip
KEY = ["group", "first", "second"]
GROUPS = {"all": ("weight", "bias", "norm"), "weights": ("weight",), "no norms": ("weight", "bias")}


def measure(problem, subspace, *, resolution: Count = 2) -> pd.DataFrame:
    """One row for each group with parameters and each pair first < second of the points of the chart's grid: all of a set,
    `resolution` points of a path.

    Sources and epochs are as in the table `disagreement`. Raises ValueError where there are no two points.
    """
    u = subspace.chart.grid(resolution)
    if len(u) < 2:
        raise ValueError("cosine compares two networks, and there is one; pool several, or keep more snapshots")
    columns = {name: column.numpy() for name, column in pairs(subspace, len(u)).items()}
    at = columns["first"], columns["second"]
    found = _cosines(problem.space, subspace, subspace.chart(u))
    return pd.concat([pd.DataFrame({"group": g} | columns | {"cosine": c.numpy()[at]}) for g, c in found.items()])


def _cosines(space, subspace, c):
    """The cosines [n n], float64, of the points with coefficients c [n k], by group: sums over tensors, no point is made."""
    inner = {}
    for name, anchors in zip(space.names, space.parts(subspace.anchors), strict=True):
        products = c @ gram(anchors) @ c.T
        for group, kinds in GROUPS.items():
            if space.kinds[name] in kinds:
                inner[group] = inner.get(group, 0) + products
    return {group: (total / torch.outer(s := total.diagonal().sqrt(), s)).clamp(-1, 1) for group, total in inner.items()}
