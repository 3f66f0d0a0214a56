"""Several networks as one set, for what is measured on sets: ensembles, disagreement, similarity; nothing is trained."""

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.options import Sources


def build(problem, sources: Sources, *, trajectories: bool = False) -> Subspace:
    """The trained network of every source, or all of its anchors where `trajectories`.

    Notes: `source` [k], the number of the source that each network comes from; `spent` [k], the epochs of training until
    each was there, one source after another, and `before` [k], those that had been spent when its source began. What two
    sources have in common, as two continuations of one training, is paid once (Garipov et al. 2018, section 6:
    156 + 22 + 22 epochs).
    """
    parts = [s.anchors if trajectories else s.end[None] for s in sources]
    owner = [torch.full((len(p),), i) for i, p in enumerate(parts)]
    paid, before, spent = {}, [], []
    for source, part in zip(sources, parts, strict=True):
        for training, epochs in source.lineage.tolist():
            paid[training] = max(epochs, paid.get(training, 0))
        before.append(torch.full((len(part),), float(sum(paid.values()) - source.lineage[:, 1].sum()), dtype=torch.float64))
        spent.append(before[-1] + source.spent[-len(part) :])
    notes = {"source": torch.cat(owner), "before": torch.cat(before), "spent": torch.cat(spent)}
    notes |= {"lineage": torch.tensor(list(paid.items()), dtype=torch.int64).view(-1, 2)} | sources[0].decay
    return Subspace(torch.cat(parts), Points(sum(map(len, parts))), notes)
