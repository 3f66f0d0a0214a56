"""Networks in the plane of accuracy and diversity, seen from a reference (Fort et al. 2019, arXiv 1912.02757, figure 5).

    disagreement = mean over x of [argmax f(x) != argmax f*(x)]

The reference f* is the network that samples are around, the note `reference`; of networks that note none, the first. What the
plane is read by is in `lossland.statistics.diversity_limits`.
"""

import pandas as pd
import torch

from lossland.landscape.ensembles import blocks as blocks_of
from lossland.landscape.evaluate import predict, targets
from lossland.landscape.subspace import Subspace
from lossland.options import BatchNorm, Count, Index, Split

SCHEMA = {
    "split": "string", "block": "int64", "index": "int64", "scale": "float64", "classes": "int64",
    "reference_error": "float64", "error": "float64", "disagreement": "float64",
}  # fmt: skip
KEY = ["split", "block", "index"]
NEEDS = "classes"
SEVERAL = True


def measure(
    problem, subspace, *, resolution: Count = 2, split: Split = "test", bn: BatchNorm = "recalibrate", blocks: Index = 0
) -> pd.DataFrame:
    """One row for each point of the chart's grid and each `block`, as in the table `ensemble`: all of a set, `resolution`
    points of a path; none for the reference if it is the first of them.

    `scale` is how far the sample was drawn, NaN if that is not noted. Raises ValueError if there is nothing but the reference.
    """
    u, y = subspace.chart.grid(resolution), targets(problem, split)
    labels = torch.stack([p.argmax(1) for p in predict(problem, subspace, u, split, bn)])
    scale = subspace.notes.get("scale", torch.full((len(u),), torch.nan)).double()
    index = torch.arange(len(u))
    if "reference" in subspace.notes:
        around = Subspace.of(subspace.notes["reference"])
        (reference,) = (p.argmax(1) for p in predict(problem, around, around.chart.grid(), split, bn))
    elif len(u) > 1:
        reference, labels, scale, index = labels[0], labels[1:], scale[1:], index[1:]
    else:
        raise ValueError("diversity is that of networks and a reference, and there is one network; pool several")
    wrong, apart, missed = ((a != b).double() for a, b in ((labels, y), (labels, reference), (reference, y)))
    parts = []
    for block, part in blocks_of(len(y), blocks):
        shared = {
            "split": split,
            "block": block,
            "classes": problem.data.classes,
            "reference_error": missed[part].mean().item(),
        }
        columns = {"index": index, "scale": scale, "error": wrong[:, part].mean(1), "disagreement": apart[:, part].mean(1)}
        parts.append(pd.DataFrame(shared | columns))
    return pd.concat(parts)
