"""Snapshot ensembles (Huang et al. 2017, arXiv 1704.00109): one training, several half cosines, a network at the end of each.

    lr(i) = lr / 2 (cos(pi mod(i - 1, T/M) / (T/M)) + 1)        i of T steps, M cycles

The result is Points, the M networks.
"""

from dataclasses import replace

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Count, NoSources, Recipe, Seed
from lossland.schedules import cosine


def build(problem, sources: NoSources, *, recipe: Recipe, seed: Seed, cycles: Count) -> Subspace:
    """`recipe.epochs` is the length of all `cycles` together, and a multiple of their number."""
    length, rest = divmod(recipe.epochs, cycles)
    if rest:
        raise ValueError(f"recipe.epochs is {recipe.epochs}, no multiple of {cycles} cycles; a cycle ends with an epoch")
    one = replace(recipe, epochs=length)
    kept = list(range(length, recipe.epochs + 1, length))
    return trajectory(problem, problem.init(seed), recipe, seed, kept, lambda at: recipe.lr * cosine(one, at % length))
