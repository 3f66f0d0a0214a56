"""Single parameters along a path, and how far it is from straight (Draxler et al. 2018, arXiv 1803.00885, figure 7).

value = theta_j(t)       straight = (1 - s) theta_j(0) + s theta_j(1)       s = share of the length up to t
away = |theta(t) - its nearest point of the segment from theta(0) to theta(1)| / |theta(1) - theta(0)|
"""

from typing import Annotated

import pandas as pd
import torch

from lossland.landscape.ends import refuse_one_point
from lossland.landscape.evaluate import path, shares
from lossland.options import Between, Count, Seed
from lossland.rng import stream

SCHEMA = {
    "index": "int64", "share": "float64", "away": "float64", "coordinate": "int64", "parameter": "string", "value": "float64",
    "straight": "float64",
}  # fmt: skip
KEY = ["index", "coordinate"]
OF = 1


def measure(
    problem, subspace, *, resolution: Annotated[int, Between(2)] | None = None, number: Count = 10, seed: Seed = 0
) -> pd.DataFrame:
    """One row for each of `resolution` points (default: 9 between two anchors) and `number` entries of theta, drawn at random.

    `parameter` is the tensor that an entry is of. Raises ValueError for anything but a path from t = 0 to 1, for one of no
    length, and if there are fewer entries.
    """
    if number > problem.space.dimension:
        raise ValueError(f"number is {number}, but the network has {problem.space.dimension} parameters; name fewer")
    t = path(subspace.chart, resolution)
    refuse_one_point(subspace, t)
    (share, _), away = shares(subspace, t), _away(subspace, t)
    drawn = torch.randperm(problem.space.dimension, generator=stream(seed, "coordinates"))[:number].sort().values
    value = subspace.chart(t) @ subspace.anchors[:, drawn].double()
    straight = value[0] + share[:, None] * (value[-1] - value[0])
    table = pd.DataFrame({"index": range(len(t)), "share": share, "away": away})
    entries = pd.DataFrame({"coordinate": drawn, "parameter": _parameters(problem.space, subspace, drawn)})
    table = table.merge(entries, how="cross")
    return table.assign(value=value.flatten().numpy(), straight=straight.flatten().numpy())


def _away(subspace, t):
    """[n] of the points at t [n 1], from their distances to both ends."""
    ends = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    n, others = len(t), ends.repeat_interleave(len(t), 0)
    distances = subspace.distances(torch.cat([t, t, ends[:1]]), torch.cat([others, ends[1:]]))
    a, b = distances[:-1].view(2, n) / distances[-1]
    foot = ((1 + a.square() - b.square()) / 2).clamp(0, 1)
    # of the distance to the nearer end: the square of the other would round away what is left
    along, near = torch.where(foot < 0.5, foot, 1 - foot), torch.minimum(a, b)
    return (near.square() - along.square()).clamp(min=0).sqrt()


def _parameters(space, subspace, entries):
    """The name of the tensor that each of the entries [m] of theta belongs to."""
    ends = torch.tensor([view.numel() for view in space.unravel(subspace.anchors[0]).values()]).cumsum(0)
    return [space.names[i] for i in torch.searchsorted(ends, entries, right=True)]
