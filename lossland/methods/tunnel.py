"""The low-loss tunnel between two optima (Fort et al. 2019, arXiv 1912.02757, figures 6 and S2; Fort & Jastrzebski 2019).

    theta_k starts on the segment at share k/(n+1);    theta_k <- theta_k - lr P momentum average of the gradient,
    P = 1 - d d^T / |d|^2,    d = theta_2 - theta_1,    so that <theta_k - theta_1, d> stays k/(n+1) |d|^2

Each inner point falls into the valley across the segment (arXiv 1906.04724), without a force between neighbours. The result
is the chain through the points; only these were trained, not what lies between them. No code was released; that the paper
minimises from points of the segment is remembered, not confirmed, and the projection is one reading of it.
"""

import torch

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.objectives import pointwise, projected
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import path
from lossland.options import Count, Recipe, Seed, TwoSources

COORDINATES = 1
VERTICES = "points + 2"
GRADIENTS = "points"  # of a step


def build(problem, sources: TwoSources, *, recipe: Recipe, seed: Seed, points: Count = 7) -> Subspace:
    """`sources` are the two optima, and stay; `points` inner points are trained side by side, each for the recipe's epochs.

    Notes: `loss` [epochs], the mean over the inner points, and the weight decay. Raises ValueError if the steps of the
    recipe's optimiser leave the hyperplanes, where it clips gradients, or where the task carries a memory from batch to batch.
    """
    if recipe.optimiser != "sgd":
        raise ValueError(f"a tunnel needs steps along projected gradients, and those of {recipe.optimiser} are not; use sgd")
    if recipe.clip:
        raise ValueError(
            f"recipe.clip is {recipe.clip:g}, and shortens the gradients of all points of a tunnel together; leave it out"
        )
    if problem.task.MEMORY:
        raise ValueError("a tunnel trains its points on the same batches, and a memory would pass from one to the next")
    ends = torch.stack([s.end for s in sources])
    objective = projected(pointwise(recipe.weight_decay), [0, points + 1])
    return path(problem, ends, PolyChain(points + 2), objective, recipe, seed)
