"""Several networks as one set, for what is measured on sets: ensembles, disagreement, similarity; nothing is trained."""

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.options import Sources


def build(problem, sources: Sources, *, trajectories: bool = False) -> Subspace:
    """The trained network of every source, or all of its anchors where `trajectories`.

    Notes: `source` [k], the number of the source that each network comes from.
    """
    parts = [s.anchors if trajectories else s.end[None] for s in sources]
    owner = [torch.full((len(p),), i) for i, p in enumerate(parts)]
    notes = {"source": torch.cat(owner)} | sources[0].decay
    return Subspace(torch.cat(parts), Points(sum(map(len, parts))), notes)
