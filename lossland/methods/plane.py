"""The plane through three networks, or through the ends of a curve and a third point of it (Garipov et al. 2018, figures 1, 4,
5; Draxler et al. 2018, arXiv 1803.00885, figure 1).

    theta(x, y) = w_0 + x e_1 + y e_2,   e_1 = (w_1 - w_0) / |w_1 - w_0|,   e_2 by Gram-Schmidt from w_2

x and y are Euclidean distances, as on the axes of the paper. w_0 and w_1 are the ends, w_2 is the bend, the mean of
the path or the third network. Differs from the released code in: any three points span the plane,
and the points that span it are projected.
"""

from typing import Annotated, Literal

import torch

from lossland.geometry.charts import Curve
from lossland.landscape.directions import through
from lossland.landscape.subspace import View
from lossland.options import Count, Entries, NonNegative, OneOf

COORDINATES = 2


def build(
    problem,
    sources: Annotated[list, OneOf((1, 3))],
    *,
    margin: NonNegative = 0.2,
    margins: Annotated[list[NonNegative], Entries(4, 4)] | None = None,
    path_points: Count = 61,
    third: Literal["bend", "mean"] = "bend",
) -> View:
    """`sources`: three networks, or one curve. `margin` widens the drawn square, as a fraction of the points' extent; `third`
    of a curve is its first bend, or the mean of its anchors. `margins` (left, right, bottom, top) take its place as in the
    released code: fractions of the distance of the ends, and of the height of the third point above their line.

    Notes: `mark.spanning` [n 2], the projections of the points that span the plane; of a curve also `mark.path`.
    """
    curve = sources[0] if len(sources) == 1 else None
    bent = curve and isinstance(curve.chart, Curve) and curve.chart.barycentric and curve.chart.k > 2
    if curve and not bent:
        raise ValueError(f"a plane needs 3 networks or one curve with a bend, and its source is {curve.chart}; name these")
    spanning = curve.anchors[[0, -1, 1]] if curve else torch.stack([s.end for s in sources])
    if curve and third == "mean":
        spanning[2] = curve.anchors.mean(0)
    path = list(curve.points(curve.chart.grid(path_points))) if curve else ()
    return through(spanning, margin=margin, margins=margins, path=path, notes=sources[0].decay)
