"""A training with the snapshots of some epochs only, as if it had kept no others; nothing is trained."""

from typing import Annotated

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace, View
from lossland.options import Entries, Index, OneSource

COORDINATES = 0
OF_POINTS = ("epoch", "lr", "spent", "statistics")  # the notes that have an entry for each point


def build(problem, sources: OneSource, *, epochs: Annotated[list[Index], Entries(1)]) -> View:
    """Points in the order of `epochs`; the notes of the source. Raises ValueError if it has not kept one of them."""
    (run,) = sources
    anchors = torch.stack([run.snapshot(epoch) for epoch in epochs])
    rows = [run.notes["epoch"].tolist().index(epoch) for epoch in epochs]
    notes = run.notes | {name: run.notes[name][rows] for name in OF_POINTS if name in run.notes}
    return Subspace(anchors, Points(len(epochs)), notes)
