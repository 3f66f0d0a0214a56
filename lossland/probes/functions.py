"""The functions of networks of one or two inputs, over a lattice (Benton et al. 2021, arXiv 2102.13042, figures 7 and 10).

output = f(x; theta) of a regression, p(y = 1 | x; theta) of two classes       x on a lattice over a box
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.geometry.charts import lattice
from lossland.landscape.ensembles import origins
from lossland.landscape.evaluate import predict, statistics
from lossland.options import BatchNorm, Count, NonNegative

SCHEMA = {
    "index": "int64", "source": "int64", "point": "int64", "x0": "float64", "x1": "float64", "output": "float64",
}  # fmt: skip
KEY = ["index", "point"]


def measure(
    problem,
    subspace,
    *,
    box: list[list[float]] | None = None,
    margin: NonNegative = 0.2,
    resolution: Count | list[Count] = 41,
    networks: Count = 2,
    bn: BatchNorm = "recalibrate",
) -> pd.DataFrame:
    """One row for each network, all of a set or `networks` points of a path, and each `point` of the lattice.

    `box` is [low, high] of each input (default: the range of the training inputs, widened on both sides by `margin` of it),
    `resolution` the number of points along each, or a number for each; x1 is NaN where there is one input. Raises ValueError
    where an input is not one or two numbers, and where there are more classes than two.
    """
    known = problem.data.x["train"]
    if problem.data.shape not in ((1,), (2,)) or not known.is_floating_point():
        shape = " x ".join(map(str, problem.data.shape)) or "single"
        raise ValueError(f"functions are drawn over one or two inputs, and these are {shape} of {known.dtype}; name other data")
    box = box or _around(known.double(), margin)
    if len(box) != known.shape[1] or any(len(side) != 2 for side in box):
        raise ValueError(f"box is {box}; it must list [low, high] of each of the {known.shape[1]} inputs")
    x, u = lattice(box, resolution), subspace.chart.grid(networks)
    blank = problem.data.y["test"].new_zeros(len(x), *problem.data.y["test"].shape[1:])  # nothing is scored
    seen = replace(problem, data=problem.data.showing("test", x.to(known), blank), examples=None)
    columns = {
        "point": torch.arange(len(x)),
        "x0": x[:, 0],
        "x1": x[:, 1] if len(box) > 1 else torch.full((len(x),), torch.nan),
    }
    source, parts, state_of = origins(subspace, len(u))[0].tolist(), [], statistics(problem, subspace, bn)
    for index, values in enumerate(predict(seen, subspace, u, "test", state_of=state_of, ask="values")):
        parts.append(pd.DataFrame({"index": index, "source": source[index]} | columns | {"output": values}))
    return pd.concat(parts)


def _around(x, margin):
    low, high = x.amin(0), x.amax(0)
    return torch.stack([low - margin * (high - low), high + margin * (high - low)], 1).tolist()
