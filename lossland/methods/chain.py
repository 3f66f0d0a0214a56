"""The polygonal chain through the points of one training, in order (Garipov et al. 2018, arXiv 1802.10026, figure 8).

theta(t) = sum_i max(0, 1 - |t (k-1) - i|) theta_i,    theta_1 .. theta_k the points that were kept

Nothing is trained. The released code means to draw this chain for the snapshots of FGE, but its script does not run.
"""

import torch

from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace, View
from lossland.options import OneSource

COORDINATES = 1


def build(problem, sources: OneSource) -> View:
    """Notes: `mark.network` [k 1], the t of each point. Raises ValueError if the source is not a set of two or more points."""
    (run,) = sources
    k = len(run.anchors)
    if not isinstance(run.chart, Points) or k < 2:
        raise ValueError(
            f"a chain goes through the points of one training, and its source is {run.chart}; name a run that keeps several"
        )
    corners = torch.linspace(0, 1, k, dtype=torch.float64)[:, None]
    return Subspace(run.anchors, PolyChain(k), {"mark.network": corners} | run.decay)
