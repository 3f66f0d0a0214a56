"""How alike a network stays to two others along a path, in their plane or in a cone (Fort et al. 2019, arXiv 1912.02757,
figures 6, S1 and S2).

    disagreement(u, i) = mean over x of [argmax f(x; theta(u)) != argmax f(x; theta_i)]
    cosine(u, i) = theta(u) . theta_i / (|theta(u)| |theta_i|)   over the parameters of a group       i = 0, 1, the references

The references are the ends of a path (t = 0 and 1), the two points that a plane notes as `mark.optima`, or the ends of the
chain that a cone is over (t = 0 and 1 at r = 1). `x`, `y` are where a point is drawn: in a cone on the triangles laid flat
(note `flat`), in a plane its coordinates, on a path its length so far, `arc`; `x_reference`, `y_reference` where the other is.
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.geometry.charts import Curve
from lossland.landscape.cosines import cosines
from lossland.landscape.evaluate import coordinates, grid, part_of, point_by_point, predict, prediction, statistics, targets
from lossland.options import BatchNorm, Count, Group, Shard, Splits
from lossland.statistics.scores import scores

SCHEMA = {
    "split": "string", "index": "int64", "reference": "int64", "u0": "float64", "u1": "float64", "x": "float64",
    "y": "float64", "x_reference": "float64", "y_reference": "float64", "arc": "float64", "error": "float64", "nll": "float64",
    "disagreement": "float64", "group": "string", "cosine": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["split", "index", "reference"]
GRID = 1  # points along each axis at least
NEEDS = "classes"


def measure(
    problem,
    subspace,
    *,
    resolution: Count | list[Count] = 61,
    splits: Splits = ("test",),
    bn: BatchNorm = "recalibrate",
    group: Group = "weights",
    examples: Count | None = None,
    shard: Shard = (1, 1),
) -> pd.DataFrame:
    """Two rows, one for each reference, of each point of the chart's grid: `resolution` points along each axis, or a number
    for each. The cosines are those of a `group` of `lossland.landscape.cosines`; `examples` and `shard` are as in the table
    `landscape`. Raises ValueError if there are no two references."""
    problem = replace(problem, examples=examples)
    ends, u = _references(subspace), grid(subspace.chart, resolution)
    part = part_of(len(u), shard)
    labels = [torch.stack([p.argmax(1) for p in predict(problem, subspace, ends, split, bn)]) for split in splits]
    y, state_of = [targets(problem, split) for split in splits], statistics(problem, subspace, bn)

    def compared(_, c, theta):
        state, rows = state_of(c, theta), []
        for i, split in enumerate(splits):
            p = prediction(problem, theta, state, split)
            own = scores(p, y[i])
            rows.append([own["error"], own["nll"], *(p.argmax(1) != labels[i]).double().mean(1).tolist()])
        return torch.tensor(rows, dtype=torch.float64)

    table = point_by_point(problem, subspace, u, part, (len(splits), 4), compared)
    points = {"index": torch.arange(len(u))} | _places(subspace, u)
    drawn, alike = _reference_places(subspace, u, ends), cosines(problem.space, subspace, u, ends)[group]
    parts = []
    for i, split in enumerate(splits):
        for k in (0, 1):
            columns = {name: column[part] for name, column in (points | {"cosine": alike[:, k]}).items()}
            columns |= {"error": table[:, i, 0], "nll": table[:, i, 1], "disagreement": table[:, i, 2 + k]}
            constant = {"split": split, "reference": k, "group": group, "examples": len(y[i])}
            constant |= {n: c[k].item() for n, c in drawn.items()}
            parts.append(pd.DataFrame(columns | constant))
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
    """The columns of u [n m], of where it is drawn, and of the length of a path, whose points are in order."""
    nowhere = torch.full((len(u),), torch.nan, dtype=torch.float64)
    arc = subspace.arc(u) if subspace.chart.m == 1 else nowhere
    drawn = arc[:, None] if subspace.chart.m == 1 else u
    if "flat" in subspace.notes:
        drawn = subspace.chart(u) @ subspace.notes["flat"].double()
    return coordinates(u) | dict(zip(("x", "y"), coordinates(drawn).values(), strict=True)) | {"arc": arc}


def _reference_places(subspace, u, ends):
    """x and y [2] of the references; on a path it is the length through its points at u up to there that counts."""
    until = [_places(subspace, torch.cat([u[u[:, 0] < end[0]], end[None]])) for end in ends]
    return {f"{name}_reference": torch.stack([places[name][-1] for places in until]) for name in ("x", "y")}
