"""Stochastic gradient descent from the network's own initialisation, with snapshots of the trajectory.

    theta <- theta - lr * momentum average of (d loss / d theta + weight_decay * theta)

The result is Points: the snapshots in order, the trained network last (the one that other methods start from).
"""

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Index, NoSources, Recipe, Seed


def build(problem, sources: NoSources, *, recipe: Recipe, seed: Seed, snapshots: list[Index] = ()) -> Subspace:
    """`snapshots` lists the epochs after which the point is kept; 0 is the initialisation, the last epoch always is."""
    if snapshots and max(snapshots) > recipe.epochs:
        raise ValueError(f"snapshots names epoch {max(snapshots)}, but the training ends after {recipe.epochs}")
    return trajectory(problem, problem.init(seed), recipe, seed, sorted({*snapshots, recipe.epochs}))
