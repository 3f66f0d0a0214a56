"""The plane through the origin and two optima (Fort et al. 2019, arXiv 1912.02757, figures 6 and S1).

    theta(x, y) = x e_1 + y e_2,   e_1 = theta_1 / |theta_1|,   e_2 by Gram-Schmidt from theta_2

x and y are Euclidean distances, so that a network's distance from the origin is its norm. No code of these figures was
released.
"""

import torch

from lossland.geometry.charts.affine import Affine
from lossland.geometry.measures import frame
from lossland.landscape.subspace import Subspace, View
from lossland.options import NonNegative, TwoSources

COORDINATES = 2


def build(problem, sources: TwoSources, *, margin: NonNegative = 0.3) -> View:
    """`sources` are the two optima. The box goes from the origin to `margin` beyond both, as a fraction of their coordinates.

    Notes: `mark.optima` [2 2]. Raises ValueError if the origin and the two lie on one line.
    """
    first, second = (s.end.double() for s in sources)
    e1, e2 = frame(first, second)
    at = torch.tensor([[first @ e1, 0.0], [second @ e1, second @ e2]], dtype=torch.float64)
    box = torch.stack([at.amin(0).clamp(max=0), at.amax(0)], 1) * (1 + margin)
    end = sources[0].end
    anchors = torch.stack([torch.zeros_like(end), e1.to(end), e2.to(end)])
    return Subspace(anchors, Affine(3, box.tolist()), {"mark.optima": at} | sources[0].decay)
