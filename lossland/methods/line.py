"""The straight segment between two networks, or the chain through any number of them; nothing is trained.

theta(t) = (1 - t) theta_1 + t theta_2        (Goodfellow et al. 2015, arXiv 1412.6544)

t goes from 0 to 1, with `beyond` 0.5 from -0.5 to 1.5 (Li et al. 2018, arXiv 1712.09913, figure 2). From a snapshot of the
training that led there, `start`, it is the way that Goodfellow et al. found to go down all the way.
"""

import torch

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace, View, statistics_of
from lossland.options import Index, NonNegative, Sources

COORDINATES = 1


def build(problem, sources: Sources, *, beyond: NonNegative = 0.0, start: Index | None = None) -> View:
    """`sources` are the networks in the order of the chain, `beyond` is how far tables go on, past both of its ends.

    `start` puts the first network as it was after this epoch before them. Raises ValueError if that makes one point only.
    """
    points = [s.end for s in sources] if start is None else [sources[0].snapshot(start), *(s.end for s in sources)]
    if len(points) < 2:
        raise ValueError("a line joins two networks, and there is one; name another, or the epoch to start from")
    notes = sources[0].decay | (statistics_of(sources) if start is None else {})
    return Subspace(torch.stack(points), PolyChain(len(points), beyond), notes)
