"""The spectral density of the Hessian by stochastic Lanczos quadrature (Ghorbani et al. 2019, arXiv 1901.10159).

    phi(t) = (1/D) sum_i delta(t - l_i)  ~  mean over random starts v of  sum_k w_k delta(t - t_k),    sum_k w_k = 1

The nodes t_k are the eigenvalues of the matrix that `steps` Lanczos products make of a start of random signs, |v| = 1, the
weights w_k the squared first entries of its eigenvectors. Of the mean loss over a split without decay, of the parameters that
are not left out, under the batch-norm statistics of `bn`; or of its Gauss-Newton matrix, which of cross-entropy is the Fisher
information. By default none are left out, for this paper's matrix is of all parameters; that of `curvature` is of weights.
D sum_k w_k t_k is an estimate of the trace (`lossland.statistics.spectra`); `trace`, with its error, is a better one (XTrace,
`lossland.landscape.trace`), if `probes` are asked for. Nodes are as measured: a width is a figure's choice.
"""

from dataclasses import replace
from typing import Literal

import pandas as pd
import torch

from lossland.landscape.evaluate import coordinates, grid, part_of, point_by_point, slope, statistics
from lossland.landscape.hessian import MATRICES
from lossland.landscape.lanczos import quadrature
from lossland.landscape.trace import xtrace
from lossland.options import BatchNorm, Count, Index, LeftOut, Patterns, Shard, Split
from lossland.rng import stream

SCHEMA = {
    "index": "int64", "u0": "float64", "u1": "float64", "start": "int64", "node": "int64", "value": "float64",
    "weight": "float64", "dimension": "int64", "trace": "float64",
    "trace_error": "float64",
}  # fmt: skip
KEY = ["index", "start", "node"]
GRID = 1  # points along each axis at least


def measure(
    problem,
    subspace,
    *,
    matrix: Literal["Hessian", "Gauss-Newton"] = "Hessian",
    resolution: Count | list[Count] = 2,
    along: Literal["signs", "gradient"] = "signs",
    starts: Count = 5,
    steps: Count = 80,
    probes: Index = 0,
    split: Split = "train",
    bn: BatchNorm = "recalibrate",
    leave_out: LeftOut = (),
    only: Patterns = (),
    examples: Count | None = None,
    shard: Shard = (1, 1),
) -> pd.DataFrame:
    """One row for each node of each start, at each point of the grid; `only` and `leave_out` name a block of parameters, whose
    number is `dimension`. `starts` x `steps` products with the matrix, and 2 `probes`, whose trace and error stand in each row,
    are taken at a point. The one start `along` the gradient shows how much of it, squared, lies at which eigenvalues. A start
    whose space is exhausted has fewer nodes; a matrix that is not finite, one of NaN.
    """
    problem = replace(problem, examples=examples)
    u, mask = grid(subspace.chart, resolution), problem.space.mask(leave_out, only)
    part, state_of = part_of(len(u), shard), statistics(problem, subspace, bn)
    steps, dimension, starts = min(steps, int(mask.sum())), int(mask.sum()), 1 if along == "gradient" else starts

    def spectra(number, c, theta):
        state = state_of(c, theta)
        product = MATRICES[matrix](problem, theta, state, split, mask.to(theta))
        found = torch.full((starts, steps + 1, 2), torch.nan, dtype=torch.float64)
        try:
            for i, own in enumerate(found):
                start = 2.0 * torch.randint(2, (len(theta),), generator=stream("spectrum", i)) - 1
                start = slope(problem, theta, state, split) if along == "gradient" else start
                nodes = quadrature(product, start.to(theta) * mask.to(theta), steps)
                own[: len(nodes[0])] = torch.stack(nodes, 1)
            if probes:
                found[:, -1] = torch.stack(xtrace(product, theta, mask, probes, stream("trace")))
        except FloatingPointError:
            found[:] = torch.nan
        return found

    table = point_by_point(problem, subspace, u, part, (starts, steps + 1, 2), spectra)
    there = ~table[:, :, :-1, 0].isnan()
    there[:, :, 0] = True
    point, start, node = there.nonzero(as_tuple=True)
    columns = {"index": torch.arange(len(u))} | coordinates(u)
    columns = {name: column[part][point] for name, column in columns.items()}
    columns |= {"start": start, "node": node, "value": table[point, start, node, 0], "weight": table[point, start, node, 1]}
    columns |= {"dimension": torch.full_like(node, dimension)}
    columns |= dict(zip(("trace", "trace_error"), table[point, start, -1].T, strict=True))
    return pd.DataFrame(columns)
