"""The radial cut along a path: the origin and all that lies between it and the path (Fort et al. 2019, figure 6).

    theta(t, r) = r w(t),    w the chain of the corners w_1 .. w_k;    flat(t, r) = r sum_i c_i(t) p_i
    p_i = |w_i| (cos a_i, sin a_i),    a_1 = 0,    a_i+1 = a_i + angle(w_i, w_i+1)

arXiv 1912.02757. The triangles (0, w_i, w_i+1) are laid side by side in a plane, each with its true lengths and angles. No
code of this figure was released.
"""

from typing import Annotated

import torch

from lossland.geometry.charts import Curve
from lossland.geometry.charts.cone import Cone
from lossland.geometry.measures import gram
from lossland.landscape.subspace import Subspace, View
from lossland.options import Between, NonNegative, OneSource, Positive


def build(
    problem,
    sources: OneSource,
    *,
    corners: Annotated[int, Between(2)] | None = None,
    low: NonNegative = 0.0,
    high: Positive = 1.3,
) -> View:
    """The source is a path. Its points at `corners` equal shares of t are the corners: by default as many as it has anchors,
    so that those of a chain are its own. r goes from `low` to `high`; 0 is the origin, 1 the path.

    Notes: `flat` [k 2], the flat positions of the corners, so that those of all points are chart(u) @ flat. Raises ValueError
    if the source is not a path of networks, and if the triangles side by side go more than once around the origin.
    """
    (path,) = sources
    if not isinstance(path.chart, Curve) or not path.chart.barycentric:
        raise ValueError(f"a cone is that of a path of networks, and its source is {path.chart}; name a line, chain or curve")
    k = corners or path.chart.k
    anchors = torch.stack(list(path.points(torch.linspace(0, 1, k, dtype=torch.float64)[:, None])))
    return Subspace(anchors, Cone(k, low, high), {"flat": _laid_flat(anchors)} | path.decay)


def _laid_flat(corners):
    """Positions [k 2], float64, of the corners [k D]; each triangle beside the one before.

    Raises ValueError if a corner is the origin, and where the triangles would overlap.
    """
    inner = gram(corners)
    lengths = inner.diagonal().sqrt()
    if not (lengths > 0).all():
        raise ValueError("a corner of the path is the origin, and spans no triangle with it; choose other corners")
    cosines = inner.diagonal(1) / (lengths[:-1] * lengths[1:])
    angles = torch.cat([torch.zeros(1, dtype=torch.float64), cosines.clamp(-1, 1).acos().cumsum(0)])
    if (around := angles[-1].rad2deg()) > 360:
        raise ValueError(f"the triangles lie {around:.0f} degrees around the origin and overlap beyond 360; name fewer corners")
    return lengths[:, None] * torch.stack([angles.cos(), angles.sin()], 1)
