"""How convex the loss is at the points of a subspace: the ends of the spectrum of its Hessian (Li et al. 2018, section 6).

    ratio = |lowest eigenvalue / highest eigenvalue|       of arXiv 1712.09913, figure 7; convex where lowest >= 0

of the mean loss over a split without decay, with respect to the parameters that are not left out (by default biases and norms
are, as in the released code; in `spectrum` none), under the batch-norm statistics of `bn`. Each end lies between its value and
its `error` further out, but for a probability of 1e-4; `products` is what they took. An end whose error is more than
`tolerance` times the larger end is NaN beside its error.
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.landscape.evaluate import coordinates, grid, part_of, point_by_point, statistics
from lossland.landscape.hessian import extremes
from lossland.options import BatchNorm, Count, LeftOut, Patterns, Positive, Shard, Split
from lossland.rng import stream

SCHEMA = {
    "index": "int64", "u0": "float64", "u1": "float64", "lowest": "float64", "highest": "float64", "ratio": "float64",
    "lowest_error": "float64", "highest_error": "float64", "products": "int64",
}  # fmt: skip
KEY = ["index"]
GRID = 1  # points along each axis at least


def measure(
    problem,
    subspace,
    *,
    resolution: Count | list[Count] = 11,
    split: Split = "train",
    bn: BatchNorm = "keep",
    leave_out: LeftOut = ("bias", "norm"),
    only: Patterns = (),
    examples: Count | None = None,
    tolerance: Positive = 1e-2,
    products: Count = 100,
    shard: Shard = (1, 1),
) -> pd.DataFrame:
    """One row for each point of the grid over a path or a plane; `resolution`, `examples`, `shard` as in `landscape`.

    The error of an end is at most `tolerance` times that end, or times a hundredth of the larger one, or what `products` leave
    (see `lossland.landscape.lanczos`); at a point where the loss has no finite curvature the ends are NaN.
    """
    problem = replace(problem, examples=examples)
    u = grid(subspace.chart, resolution)
    columns = {"index": torch.arange(len(u))} | coordinates(u)
    part, state_of = part_of(len(u), shard), statistics(problem, subspace, bn)

    def ends(_, c, theta):
        state, limits = state_of(c, theta), {"tolerance": tolerance, "limit": products}
        try:
            found = extremes(problem, theta, state, stream("lanczos"), leave_out, split, only, **limits)
        except FloatingPointError:
            return torch.full((5,), torch.nan)
        values, errors = found.values[[0, -1]], found.bounds[[0, -1]]
        values = values.masked_fill(errors > tolerance * values.abs().max(), torch.nan)
        return torch.cat([values, errors, torch.tensor([found.products])])

    low, high, low_error, high_error, number = point_by_point(problem, subspace, u, part, (5,), ends).T
    columns = {name: column[part] for name, column in columns.items()}
    columns |= {"lowest": low, "highest": high, "ratio": (low / high).abs()}
    columns |= {"lowest_error": low_error, "highest_error": high_error, "products": number.nan_to_num().long()}
    return pd.DataFrame(columns)
