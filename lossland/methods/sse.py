"""Snapshot ensembles (Huang et al. 2017, arXiv 1704.00109): one training, several half cosines, a network at the end of each.

    lr(i) = lr / 2 (cos(pi mod(i - 1, ceil(T/M)) / ceil(T/M)) + 1)        i of T steps, M cycles

The result is Points, the M networks.
"""

from lossland.landscape.schedules import restarted
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Count, NoSources, Recipe, Seed

VERTICES = "cycles"


def build(problem, sources: NoSources, *, recipe: Recipe, seed: Seed, cycles: Count) -> Subspace:
    """`recipe.epochs` is the length of all `cycles` together, `recipe.lr` the rate at the start of each."""
    steps = problem.steps(recipe.batch_size)
    length = -(-recipe.epochs * steps // cycles)
    kept = [min(length * (i + 1), recipe.epochs * steps) / steps for i in range(cycles)]

    def rate(at):
        return restarted(recipe, round(at * steps), length)

    return trajectory(problem, problem.start(seed), recipe, seed, kept, rate)
