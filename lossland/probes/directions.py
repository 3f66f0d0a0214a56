"""The directions of a plane: how long they are, how nearly orthogonal, and what its method noted of each (Li et al. 2018).

    norm      |d_i|, and relative to the centre, |d_i| / |theta*|            cosine    d_i . d_j / (|d_i| |d_j|)
    expected  E |cosine| of two random vectors, sqrt(2 / (pi n)), n = the parameters that neither leaves out

Notes `direction.<name>` are rows of that quantity: shares of the variance of a trajectory (`centred`, `uncentred`),
eigenvalues. arXiv 1712.09913, sections 4 and 7.
"""

import itertools
import math

import pandas as pd

from lossland.geometry.measures import gram

SCHEMA = {"first": "int64", "second": "int64", "quantity": "string", "value": "float64"}
KEY = ["first", "second", "quantity"]


def measure(problem, subspace) -> pd.DataFrame:
    """`first` and `second` number the directions from 0; they are equal in rows about one. Raises ValueError without any."""
    if subspace.chart.barycentric or not hasattr(subspace.chart, "box"):
        raise ValueError(f"directions belong to a plane, and {subspace.chart} has none; name a plane")
    inner = gram(subspace.anchors)
    lengths = inner.diagonal().sqrt()
    noted = {n.removeprefix("direction."): t for n, t in subspace.notes.items() if n.startswith("direction.")}
    own = {"norm": lengths[1:], "relative norm": lengths[1:] / lengths[0]} | noted
    rows = [(i, i, name, float(value)) for name, values in own.items() for i, value in enumerate(values)]
    for i, j in itertools.combinations(range(subspace.chart.m), 2):
        n = int((subspace.anchors[1 + i].ne(0) | subspace.anchors[1 + j].ne(0)).sum())
        cosine = float(inner[1 + i, 1 + j] / (lengths[1 + i] * lengths[1 + j]))
        rows += [(i, j, "cosine", cosine), (i, j, "expected", math.sqrt(2 / (math.pi * n)))]
    return pd.DataFrame(rows, columns=list(SCHEMA))
