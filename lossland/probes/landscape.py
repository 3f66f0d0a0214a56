"""Loss and error at the points of a subspace: along a path, on a surface, at networks.

    quantity: nll, error (the scores of the task) and loss = nll + weight_decay/2 |theta(u)|^2, the decay of the training

Coordinates that the subspace notes as `mark.<name>` (the networks that span a plane, the curve in it) are evaluated
beside the grid and have that name in `mark`. `displacement` is the Euclidean distance from the first point of the grid;
`arc`, the length of the path up to here, is NaN on surfaces and at marks. `half_a` and `half_b` are the values on two halves of
the examples, by which a maximum is told from its luck (`lossland.statistics.barrier`). `within` is by how much a value may be
off that was interpolated (see `lossland.landscape.adaptive`), and 0 if it was measured.

Two faults of the code that Garipov et al. 2018 (arXiv 1802.10026) released can be had on request, to see what they do:
`decay: norms` puts the sum over all parameter tensors p of |p| in place of |theta|^2, `augmented` shows the training
data under random augmentation, other draws at every point.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

import pandas as pd
import torch

from lossland.geometry.charts.points import Points
from lossland.geometry.measures import gram, norms
from lossland.landscape.adaptive import surface
from lossland.landscape.evaluate import coordinates, evaluate, grid, part_of, quantities
from lossland.options import Arithmetic, BatchNorm, Count, Entries, Positive, Shard, Splits
from lossland.rng import stream

SCHEMA = {
    "mark": "string", "index": "int64", "u0": "float64", "u1": "float64", "arc": "float64", "displacement": "float64",
    "l2": "float64", "split": "string", "quantity": "string", "value": "float64", "half_a": "float64",
    "half_b": "float64", "within": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["mark", "index", "split", "quantity"]
GRID = 2  # points along each axis at least


def measure(
    problem,
    subspace,
    *,
    resolution: Count | Annotated[list[Count], Entries(1)] = 61,
    splits: Splits = ("train", "test"),
    bn: BatchNorm = "recalibrate",
    precision: Arithmetic = "fp32",
    decay: Literal["squares", "norms"] = "squares",
    augmented: bool = False,
    examples: Count | None = None,
    adaptive: Positive | None = None,
    shard: Shard = (1, 1),
) -> pd.DataFrame:
    """`resolution` points along each axis of the chart's grid, or a number for each; a multiple of a chain's pieces plus one
    meets its corners. `examples` are evaluated of each split, at even distances (default: all), and calibrate batch norm.

    With `adaptive` a plane is measured on a coarse grid, and further only where it bends; between, the nll is interpolated, to
    this part of its value. 0.05 takes a sixth to a half of the points of 51 x 51.

    `shard` (i, n) measures part i of n of the points; the rows of all parts are those of the whole.
    """
    problem = replace(problem, precision=precision, examples=examples)
    marked = {n.removeprefix("mark."): u for n, u in subspace.notes.items() if n.startswith("mark.")}
    if not isinstance(subspace.chart, Points) and 1 in (resolution if isinstance(resolution, list) else [resolution]):
        raise ValueError(f"resolution is {resolution}; a path or a plane takes at least 2 points along each axis")
    groups = {"grid": grid(subspace.chart, resolution)} | marked
    u = torch.cat([g.double() for g in groups.values()])
    part, columns = part_of(len(u), shard), coordinates(u)
    if adaptive is None:
        table = evaluate(problem, subspace, u, splits, bn, part, augmented, halves=True)
        off = torch.zeros_like(table)
    else:
        if augmented or part != slice(0, len(u)):
            raise ValueError("adaptive goes with neither augmented nor shards; leave it out, or these")
        table, off = _adapted(
            partial(evaluate, problem, subspace, splits=splits, bn=bn, halves=True), u, groups["grid"], adaptive
        )
    subspace = replace(subspace, anchors=subspace.anchors[:, : problem.space.trained])  # lengths are of what is trained
    columns |= {"l2": subspace.norms(u).square(), "displacement": subspace.distances(u, u[:1])}
    columns["arc"] = torch.full((len(u),), torch.nan, dtype=torch.float64)
    if subspace.chart.m == 1:
        columns["arc"][: len(groups["grid"])] = subspace.arc(groups["grid"])
    columns["mark"] = [n for n, g in groups.items() for _ in range(len(g))]
    columns["index"] = [i for g in groups.values() for i in range(len(g))]
    columns = {name: column[part] for name, column in columns.items()}
    weight = subspace.decay.get("weight_decay", torch.tensor(0.0)).double()
    size = columns["l2"] if decay == "squares" else _tensor_norms(problem.space, subspace, u)[part]
    found = [quantities(problem, own, splits, 0.5 * weight * size) for own in table.unbind(1)]
    found.append(quantities(problem, off[:, 0], splits, 0.0))
    parts = [
        {"split": s, "quantity": q, "value": v, "half_a": a, "half_b": b, "within": w, "examples": problem.size(s)}
        for (s, q, v), (_, _, a), (_, _, b), (_, _, w) in zip(*found, strict=True)
    ]
    return pd.concat([pd.DataFrame(columns | part) for part in parts])


def _adapted(scores, u, grid, tolerance):
    """The `scores(u)` [n 3 splits scores] at u [n m], which begins with a `grid`, and by how much each may be off."""
    axes = [axis.unique() for axis in grid.T]
    if len(axes) != 2 or not torch.equal(torch.cartesian_prod(*axes), grid):
        raise ValueError("adaptive is for planes; leave it out of tables of paths, faces and sets of networks")
    beside = scores(u=u[len(grid) :])
    nll = torch.zeros(beside.shape[1:], dtype=torch.bool)
    nll[..., 0] = True  # the first score of any task
    shape = tuple(map(len, axes))
    found = surface(shape, lambda points: scores(u=u[points]).flatten(1), tolerance, nll.flatten(), stream("adaptive"))
    table, off = (part.view(-1, *nll.shape) for part in found)
    return torch.cat([table, beside]), torch.cat([off, torch.zeros_like(beside)])


def _tensor_norms(space, subspace, u):
    """The sum of the norms of the parameter tensors [n] at u [n m]."""
    return sum(norms(subspace.chart(u), gram(anchors)) for anchors in space.parts(subspace.anchors))
