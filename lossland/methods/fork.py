"""A training that goes on from a snapshot of another with other batches (Frankle et al. 2020, arXiv 1912.05671).

    theta_s the snapshot after epoch s = start;   epochs s .. recipe.epochs at the rates that the schedule has then

Two forks of one snapshot under different seeds are the paper's instability analysis: the line between them has no barrier
where the training was stable to the noise of SGD at s. 0 is the initialisation. Differs from the paper in: the optimiser's
moments start at zero, not with those of the first training.
"""

from dataclasses import replace

from lossland.landscape.schedules import learning_rate
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import OneSource, Recipe, Seed, Snapshot


def build(problem, sources: OneSource, *, recipe: Recipe, seed: Seed, start: Snapshot = 0) -> Subspace:
    """`recipe` is that of the whole training, its `epochs` those of both parts together. Points, the trained network.

    Raises ValueError if the source has not kept the snapshot, and where nothing is left to train.
    """
    (run,) = sources
    if start >= recipe.epochs:
        raise ValueError(f"start is {start}, but the training ends after {recipe.epochs} epochs; start earlier")
    point, before = run.before(start)
    left = recipe.epochs - start
    key = (seed, "fork", start)  # two forks of one training see different batches
    rest = replace(recipe, epochs=left)
    return trajectory(problem, point, rest, key, [left], lambda at: learning_rate(recipe, start + at), before)
