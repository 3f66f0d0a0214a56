"""Stochastic gradient descent from the network's own initialisation, with snapshots of the trajectory.

    theta <- theta - lr * momentum average of (d loss / d theta + weight_decay * theta)

The result is Points: the snapshots in order, the trained network last (the one that other methods start from).
"""

import torch

from lossland.geometry.charts import Points
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import epochs, expected_loss
from lossland.options import Index, Recipe, Seed


def build(problem, sources, *, recipe: Recipe, seed: Seed, snapshots: list[Index] = ()) -> Subspace:
    """`snapshots` lists the epochs after which the point is kept; 0 is the initialisation, the last epoch always is."""
    kept = sorted({e for e in snapshots if e < recipe.epochs} | {recipe.epochs})
    trajectory = problem.journal.rows("snapshots", len(kept), problem.space.dimension)
    chart = Points(1)
    objective = expected_loss(problem, chart, recipe.weight_decay)
    for epoch in epochs(problem, objective, problem.init(seed)[None], recipe, seed):
        if epoch.number in kept:
            trajectory[kept.index(epoch.number)] = epoch.anchors[0].cpu()
    return Subspace(trajectory, Points(len(kept)), {"epoch": torch.tensor(kept), "loss": epoch.losses})
