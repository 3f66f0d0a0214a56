"""How alike the layers of a network stay to those of the two ends along a path: linear CKA (Kornblith et al. 2019,
arXiv 1905.00414), without the bias of few examples (Song et al. 2012, JMLR 13; Nguyen et al. 2021, arXiv 2010.15327).

    cka(X, Y) = <K, L> / (|K| |L|)        K, L: the Gram matrices X X^T and Y Y^T of the examples, U-centred
    variance  = sum over outputs of Var[X] / the same of Y        over examples

1 if the outputs Y of a layer are those of X turned, mirrored, moved or scaled; 0, on average, if they have nothing in common.
The variance is halved at the middle between two networks whose units have nothing in common, which REPAIR mends (Jordan et al.
2022, arXiv 2211.08403). A layer is a linear one or a convolution; of an image its outputs at all positions count together,
before norm and nonlinearity.
"""

from dataclasses import replace
from typing import Annotated

import pandas as pd
import torch

from lossland.landscape.evaluate import path, point_by_point, statistics
from lossland.options import BatchNorm, Between, Count, Split

SCHEMA = {
    "layer": "string", "depth": "int64", "index": "int64", "reference": "int64", "u0": "float64", "arc": "float64",
    "cka": "float64", "variance": "float64",
}  # fmt: skip
KEY = ["layer", "index", "reference"]
OF = 1


def measure(
    problem,
    subspace,
    *,
    resolution: Count = 13,
    split: Split = "test",
    bn: BatchNorm = "recalibrate",
    examples: Annotated[int, Between(4)] = 500,
) -> pd.DataFrame:
    """One row for each layer (`depth` is its place in the order in which they run), point of the path, and end (`reference`).

    So many `examples` of the split count, or all if there are fewer: memory is layers x examples^2. NaN of a layer whose
    outputs are the same for all. Raises ValueError for anything but a path from t = 0 to 1, and if no such layer runs.
    """
    t, state_of = path(subspace.chart, resolution), statistics(problem, subspace, bn)
    few = replace(problem, examples=examples, batch_size=examples)

    def grams(c, theta):
        return _gram_matrices(few, theta, state_of(c, theta), split)

    ends = [grams(c, problem.point(subspace.combine(c))) for c in subspace.coefficients(t[[0, -1]])]
    layers = list(ends[0])
    if not layers:
        raise ValueError("cka compares linear layers and convolutions, and in this network none runs")

    def both(_, c, theta):
        own = grams(c, theta)
        return torch.stack([compared(own[n], end[n]) for n in layers for end in ends])

    table = point_by_point(problem, subspace, t, slice(None), (2 * len(layers), 2), both)
    points = {"index": range(len(t)), "u0": t[:, 0], "arc": subspace.arc(t)}
    return pd.concat(
        pd.DataFrame(
            {"layer": layers[i // 2], "depth": i // 2, "reference": i % 2, "cka": own[:, 0], "variance": own[:, 1]} | points
        )
        for i, own in enumerate(table.transpose(0, 1).numpy())
    )


@torch.no_grad()
def _gram_matrices(problem, theta, state, split):
    """name -> Gram matrix [n n] of the outputs of each layer on a batch; a layer that runs twice puts out both."""
    _, inputs, _ = next(problem.batches(split))
    rows = problem.task.minibatches(problem.size(split), problem.at_once)[0].numel()
    found = {}

    def hear(name, y):
        y = y.reshape(rows, -1).double()
        found[name] = found.get(name, 0) + y @ y.T

    with problem.space.overheard(hear), problem.arithmetic():
        problem.space.predict(theta, state, *inputs)
    return found


def centred(products):
    """A Gram matrix [n n] without its diagonal, less the means of its rows and columns (Szekely & Rizzo 2014)."""
    n = len(products)
    products = products.clone().fill_diagonal_(0)
    means = products.sum(0) / (n - 2)
    return (products - means - means[:, None] + products.sum() / ((n - 1) * (n - 2))).fill_diagonal_(0)


def compared(own, end):
    """(cka, variance) [2] of the Gram matrices [n n] of a layer at a point and at an end."""
    (a, b), (left, whole) = map(centred, (own, end)), (k.trace() - k.mean(0).sum() for k in (own, end))
    return torch.stack([(a * b).sum() / (a.norm() * b.norm()), left / whole])
