"""Sets of networks drawn around a trained one: what a distribution is fitted on, and the samples one at a time.

The samples lie where the journal keeps its rows, on disk where there is one, so that one network is in memory and not all.
"""

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace


def window(source, last=None):
    """The last points [k D] of a set, all of them by default.

    Raises ValueError where the source is no set, or a set of fewer points.
    """
    if not isinstance(source.chart, Points):
        raise ValueError(
            f"a distribution of networks is fitted on a set of points, and its source is {source.chart}; name a run"
        )
    if (last or 1) > (k := len(source.anchors)):
        raise ValueError(f"last is {last}, but the source kept {k} points; keep more snapshots, or name fewer")
    return source.anchors[-last if last else 0 :]


def handed_on(source, n, centre=None) -> dict[str, torch.Tensor]:
    """Notes of n networks made from all of a training: the network they are around, `reference` [D], and what it has cost.

    That network is `centre` [D], by default the one that the points of the source are around, or else its last.
    """
    reference = source.notes.get("reference", source.end).cpu() if centre is None else centre
    spent = source.spent[-1:].repeat(n)
    return {"reference": reference, "lineage": source.lineage, "spent": spent} | source.decay


def drawn(problem, source, n, sample, centre=None) -> Subspace:
    """Points of n samples from all of `source`, or around `centre` [D]; sample(i) gives (point [D], scale it was drawn with).

    Notes: `scale` [n], and those of `handed_on`.
    """
    rows = problem.journal.part("samples").rows(n, problem.space.dimension)
    scale = torch.zeros(n, dtype=torch.float64)
    for i in range(n):
        rows[i], scale[i] = sample(i)
    return Subspace(rows, Points(n), {"scale": scale} | handed_on(source, n, centre))
