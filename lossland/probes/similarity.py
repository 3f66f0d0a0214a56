"""How alike a network stays to two others along a path, in their plane or in a cone (Fort et al. 2019, arXiv 1912.02757,
figures 6, S1 and S2).

    disagreement(u, i) = mean over x of [argmax f(x; theta(u)) != argmax f(x; theta_i)]
    cosine(u, i) = theta(u) . theta_i / (|theta(u)| |theta_i|)                                i = 0, 1, the references

The references are the ends of a path (t = 0 and 1), the two points that a plane notes as `mark.optima`, or the ends of the
chain that a cone is over (t = 0 and 1 at r = 1). `x`, `y` are where a point is drawn: in a cone on the triangles laid flat
(note `flat`), in a plane its coordinates, on a path its length so far, `arc`; `x_reference`, `y_reference` where the other is.
"""

import pandas as pd
import torch

from lossland.geometry.charts import Curve
from lossland.geometry.measures import gram
from lossland.landscape.evaluate import coordinates, grid, point_by_point, predict, prediction, statistics, targets
from lossland.options import BatchNorm, Count, Split
from lossland.scores import scores

SCHEMA = {
    "split": "string", "index": "int64", "reference": "int64", "u0": "float64", "u1": "float64", "x": "float64",
    "y": "float64", "x_reference": "float64", "y_reference": "float64", "arc": "float64", "error": "float64", "nll": "float64",
    "disagreement": "float64", "cosine": "float64",
}  # fmt: skip
KEY = ["split", "index", "reference"]


def measure(
    problem,
    subspace,
    *,
    resolution: Count | list[Count] = 61,
    splits: list[Split] = ("test",),
    bn: BatchNorm = "recalibrate",
) -> pd.DataFrame:
    """Two rows, one for each reference, of each point of the chart's grid: `resolution` points along each axis, or a number
    for each. Raises ValueError where there are no two references."""
    ends, u = _references(subspace), grid(subspace.chart, resolution)
    labels = [torch.stack([p.argmax(1) for p in predict(problem, subspace, ends, split, bn)]) for split in splits]
    y, state_of = [targets(problem, split) for split in splits], statistics(problem, subspace, bn)

    def compared(_, c):
        theta = subspace.combine(c).to(problem.device)
        state, rows = state_of(c, theta), []
        for i, split in enumerate(splits):
            p = prediction(problem, theta, state, split)
            own = scores(p, y[i])
            rows.append([own["error"], own["nll"], *(p.argmax(1) != labels[i]).double().mean(1).tolist()])
        return torch.tensor(rows, dtype=torch.float64)

    table = point_by_point(problem, subspace, u, slice(None), (len(splits), 4), compared)
    points, drawn, cosines = _places(subspace, u), _places(subspace, ends), _cosines(subspace, u, ends)
    parts = []
    for i, split in enumerate(splits):
        for k in (0, 1):
            found = {
                "error": table[:, i, 0],
                "nll": table[:, i, 1],
                "disagreement": table[:, i, 2 + k],
                "cosine": cosines[:, k],
                "x_reference": drawn["x"][k].expand(len(u)),
                "y_reference": drawn["y"][k].expand(len(u)),
            }
            columns = {name: column.numpy() for name, column in (points | found).items()}
            parts.append(pd.DataFrame({"split": split, "index": range(len(u)), "reference": k} | columns))
    return pd.concat(parts)


def _references(subspace):
    """The coordinates [2 m] of the two points that all others are compared with."""
    if "flat" in subspace.notes:
        return torch.tensor([[0.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    if "mark.optima" in subspace.notes:
        return subspace.notes["mark.optima"].double()
    if not isinstance(subspace.chart, Curve):
        raise ValueError(f"similarity is that to two networks, and {subspace.chart} names none; name a path, or a radial plane")
    return torch.tensor([[0.0], [1.0]], dtype=torch.float64)


def _places(subspace, u):
    """The columns of u [n m], of where it is drawn, and of the length of a path."""
    nowhere = torch.full((len(u),), torch.nan, dtype=torch.float64)
    arc = subspace.arc(u) if subspace.chart.m == 1 else nowhere
    drawn = arc[:, None] if subspace.chart.m == 1 else u
    if "flat" in subspace.notes:
        drawn = subspace.chart(u) @ subspace.notes["flat"].double()
    return coordinates(u) | dict(zip(("x", "y"), coordinates(drawn).values(), strict=True)) | {"arc": arc}


def _cosines(subspace, u, v):
    """The cosines [n 2], float64, of the points at u [n m] and at v [2 m]; NaN at the origin."""
    c, d, inner = subspace.chart(u), subspace.chart(v), gram(subspace.anchors)
    lengths = [(a @ inner * a).sum(1).clamp(min=0).sqrt() for a in (c, d)]
    return (c @ inner @ d.T / torch.outer(*lengths)).clamp(-1, 1)
