"""The parameters of the points of a subspace: their norms and their histograms (Li et al. 2018, figure 2 and A.1).

    norm = |theta_G|,   count = the entries of theta_G in [low, high)       G: all parameters, weights, biases, norms

of networks, or of a network's snapshots by epoch. The bins of a run span the values of its last point, or [-reach, reach]
(0.2, 0.01 or 0.05 in the released code); entries outside are in the first and last. arXiv 1712.09913.
"""

import pandas as pd
import torch

from lossland.geometry.charts.points import Points
from lossland.options import Count, Positive

SCHEMA = {
    "index": "int64", "epoch": "float64", "kind": "string", "norm": "float64", "low": "float64", "high": "float64",
    "count": "int64",
}  # fmt: skip
KEY = ["index", "kind", "low"]


def measure(problem, subspace, *, bins: Count = 99, reach: Positive | None = None, resolution: Count = 2) -> pd.DataFrame:
    """One row for each bin of each point of the chart's grid and each kind of parameters (all, weight, bias, norm).

    `epoch` is NaN where the points are none of a training.
    """
    space, u = problem.space, subspace.chart.grid(resolution)
    trained = isinstance(subspace.chart, Points) and "epoch" in subspace.notes  # a plane notes those of its trajectory
    epochs = subspace.notes["epoch"] if trained else torch.full((len(u),), torch.nan)
    masks = {"all": space.mask([])} | {k: ~space.mask([k]) for k in ("weight", "bias", "norm")}
    masks = {kind: mask for kind, mask in masks.items() if mask.any()}
    last = subspace.combine(subspace.coefficients(u)[-1])
    edges = {kind: _edges(last[mask], bins, reach) for kind, mask in masks.items()}
    rows = []
    for index, (theta, epoch) in enumerate(zip(subspace.points(u), epochs.tolist(), strict=True)):
        for kind, mask in masks.items():
            part = theta[mask].double()
            counts = torch.bincount(torch.bucketize(part, edges[kind][1:-1], right=True), minlength=bins)
            point = {"index": index, "epoch": epoch, "kind": kind, "norm": float(part.norm())}
            columns = {"low": edges[kind][:-1], "high": edges[kind][1:], "count": counts}
            rows.append(pd.DataFrame(point | columns))
    return pd.concat(rows)


def _edges(values, bins, reach):
    low, high = (-reach, reach) if reach else (float(values.min()), float(values.max()))
    return torch.linspace(low, high if high > low else low + 1e-12, bins + 1, dtype=torch.float64)
