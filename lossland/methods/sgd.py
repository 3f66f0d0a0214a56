"""Stochastic gradient descent from the network's own initialisation, with snapshots of the trajectory.

    theta <- theta - lr * momentum average of (d loss / d theta + weight_decay * theta)

The result is Points: the snapshots in order, the trained network last (the one that other methods start from).
"""

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Count, Index, NoSources, Recipe, Seed, epochs_kept


def build(
    problem,
    sources: NoSources,
    *,
    recipe: Recipe,
    seed: Seed,
    init: Seed | None = None,
    order: Seed | None = None,
    snapshots: list[Index] = (),
    every: Count | None = None,
    running: bool = False,
) -> Subspace:
    """`seed` is that of the initialisation, and that of the order of the data, their augmentation and dropout; `init` or
    `order` stand in its place, to hold one of the two fixed (Fort et al. 2019, arXiv 1912.02757, figure S3).

    `snapshots` lists the epochs after which the point is kept, `every` adds 0, `every`, 2 `every`, ...; 0 is the
    initialisation, and the last epoch always is. `running` keeps running batch-norm statistics along the training, as a module
    of PyTorch does, for `bn: carried` of tables of the network, and of lines, planes and bands between such."""
    kept = epochs_kept(recipe.epochs, snapshots, every)
    init, order = (seed if given is None else given for given in (init, order))
    return trajectory(problem, problem.start(init), recipe, order, kept, running=running)
