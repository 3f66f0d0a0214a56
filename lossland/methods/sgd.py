"""Stochastic gradient descent from the network's own initialisation, with snapshots of the trajectory.

    theta <- theta - lr * momentum average of (d loss / d theta + weight_decay * theta)

The result is Points: the snapshots in order, the trained network last (the one that other methods start from).
"""

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import epochs, expected_loss
from lossland.options import Index, NoSources, Recipe, Seed


def build(problem, sources: NoSources, *, recipe: Recipe, seed: Seed, snapshots: list[Index] = ()) -> Subspace:
    """`snapshots` lists the epochs after which the point is kept; 0 is the initialisation, the last epoch always is."""
    if snapshots and max(snapshots) > recipe.epochs:
        raise ValueError(f"snapshots names epoch {max(snapshots)}, but the training ends after {recipe.epochs}")
    kept = sorted({*snapshots, recipe.epochs})
    trajectory = problem.journal.part("snapshots").rows(len(kept), problem.space.dimension)
    chart = Points(1)
    objective = expected_loss(chart, recipe.weight_decay)
    for epoch in epochs(problem, objective, problem.init(seed)[None], recipe, seed):
        if epoch.number in kept:
            trajectory[kept.index(epoch.number)] = epoch.anchors[0].cpu()
    notes = {"epoch": torch.tensor(kept), "loss": epoch.losses, "weight_decay": torch.tensor(recipe.weight_decay)}
    return Subspace(trajectory, Points(len(kept)), notes)
