"""Where draws of a complex lie (Benton et al. 2021, arXiv 2102.13042, appendix A.1 and figure A.2).

    x, y = the coordinates of u @ vertices in the plane of the first three, the first edge along x

Flat Dirichlet draws are uniform in a simplex of any shape, a long one too: a stretch moves the second vertex away from the
first, so that their edge is that many times as long. All of the `stretches` show the same draws.
"""

import pandas as pd
import torch

from lossland.geometry import volumes
from lossland.geometry.charts.complex import Complex
from lossland.options import Count, Positive, Seed
from lossland.rng import stream

SCHEMA = {"stretch": "float64", "index": "int64", "simplex": "int64", "x": "float64", "y": "float64"}
KEY = ["stretch", "index"]


def measure(problem, subspace, *, samples: Count = 1000, stretches: list[Positive] = (1.0,), seed: Seed = 0) -> pd.DataFrame:
    """For each stretch a row for each draw, with the number of the `simplex` it was drawn from, and three of simplex -1, the
    corners.

    x and y are in units of parameter space; the first vertex is at 0, 0. How often each simplex is drawn from is that of the
    complex, not stretched. Raises ValueError for anything but a complex of three vertices or more, and if they lie on a line.
    """
    if not isinstance(subspace.chart, Complex) or subspace.chart.k < 3:
        raise ValueError(f"sampled shows the plane of three vertices, and {subspace.chart} has none; name a larger complex")
    u = subspace.chart.sample(samples, stream(seed, "sampled"))
    members = torch.zeros(len(subspace.chart.simplexes), subspace.chart.k, dtype=torch.bool)
    for row, simplex in zip(members, subspace.chart.simplexes, strict=True):
        row[list(simplex)] = True
    own = ((u > 0)[:, None] == members).all(2).int().argmax(1)
    u = torch.cat([subspace.chart.grid()[:3], u])
    points = pd.DataFrame({"index": range(len(u)), "simplex": [-1] * 3 + own.tolist()})
    inner, tables = volumes.inner(subspace.anchors), []
    for stretch in stretches:
        x, y = (u @ _flat(inner, stretch)).T.numpy()
        tables.append(points.assign(stretch=float(stretch), x=x, y=y))
    return pd.concat(tables, ignore_index=True)


def _flat(inner, stretch):
    """x and y [k 2] of the vertices in the plane of the first three, from their Gram matrix seen from the first."""
    along = inner[1] / inner[1, 1].sqrt()
    across = inner[2] - along[2] * along
    if not across[2] > 1e-12 * inner[2, 2]:
        raise ValueError("the first three vertices lie on one line; name a complex that has a volume")
    along[1] *= stretch
    return torch.stack([along, across / across[2].sqrt()], 1)
