"""Several networks as one set, for what is measured on sets: ensembles, disagreement, similarity; nothing is trained."""

import itertools

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace, View, statistics_of
from lossland.options import Sources


def build(problem, sources: Sources, *, trajectories: bool = False) -> View:
    """The trained network of every source, or all of its anchors where `trajectories`; one at a time is in memory.

    Notes: `source` [k], the number of the source that each network comes from, and `within` [k], that which it had there if
    its source is a pool; `epoch` [k] of its own training, NaN where there is none; `spent` [k], the epochs of training until
    each was there, one source after another, and `before` [k], those that had been spent when its source began. What two
    sources have in common, as two continuations of one training, is paid once (Garipov et al. 2018, section 6:
    156 + 22 + 22 epochs).
    """
    parts = [s.anchors if trajectories else s.end[None] for s in sources]
    networks = problem.journal.part("pool").rows(sum(map(len, parts)), problem.space.dimension, sources[0].anchors.dtype)
    for row, network in zip(networks, itertools.chain(*parts), strict=True):
        row.copy_(network)
    owner = [torch.full((len(p),), i) for i, p in enumerate(parts)]
    zeros, nowhere = ([torch.full((len(p),), value) for p in parts] for value in (0, torch.nan))
    paid, before, spent = {}, [], []
    for source, part in zip(sources, parts, strict=True):
        source.count_in(paid)
        before.append(torch.full((len(part),), float(sum(paid.values()) - source.lineage[:, 1].sum()), dtype=torch.float64))
        spent.append(before[-1] + source.spent[-len(part) :])
    notes = {"source": torch.cat(owner), "before": torch.cat(before), "spent": torch.cat(spent)}
    notes |= {"within": _noted("source", sources, zeros), "epoch": _noted("epoch", sources, nowhere).double()}
    notes |= {"lineage": torch.tensor(list(paid.items()), dtype=torch.int64).view(-1, 2)} | sources[0].decay
    notes |= {} if trajectories else statistics_of(sources)
    return Subspace(networks, Points(len(networks)), notes)


def _noted(name, sources, default):
    """A note [k] of the points taken of each source, the last ones; `default` holds what stands where there is none."""
    return torch.cat([s.notes.get(name, d)[-len(d) :] for s, d in zip(sources, default, strict=True)])
