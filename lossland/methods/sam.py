"""Sharpness-aware minimisation, from the network's own initialisation (SAM, Foret et al. 2021, arXiv 2010.01412; ASAM, Kwon et
al. 2021, arXiv 2102.11600).

    step with the gradient of the loss at theta + e,    e = rho T^2 g / |T g|,   g the gradient at theta, of the same minibatch

T is 1 (SAM), or |theta| + eta, of biases 1 (ASAM, `adaptive`; there rho is about ten times as large). e is of the loss without
weight decay, which is taken at theta, as in both released codes; both passes have the same dropout. The result is as that of
`sgd`. Differs from some codes in: running statistics are no part of a training, so no step counts them twice.
"""

import torch

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Count, Index, NonNegative, NoSources, Recipe, Seed, epochs_kept

GRADIENTS = "2"  # of a step


def build(
    problem,
    sources: NoSources,
    *,
    recipe: Recipe,
    seed: Seed,
    rho: NonNegative = 0.05,
    adaptive: bool = False,
    eta: NonNegative = 0.01,
    snapshots: list[Index] = (),
    every: Count | None = None,
) -> Subspace:
    """With `rho` 0 it is `sgd`, to the bit. An epoch takes twice its time."""
    kept = epochs_kept(recipe.epochs, snapshots, every)
    moved = problem.space.mask((), recipe.only or ())
    scaled = moved & problem.space.mask(("bias",)) if adaptive else None
    objective = sharpness_aware(recipe.weight_decay, rho, eta, moved, scaled)
    return trajectory(problem, problem.start(seed), recipe, seed, kept, objective=objective)


def sharpness_aware(weight_decay, rho, eta, moved, scaled=None):
    """Objective of one point: the gradient at theta + e, where only entries `moved` [D] of booleans have an e, and those that
    are `scaled` [D] a T; see `lossland.landscape.objectives`."""

    def objective(problem, anchors, free, batch, rng):
        theta, draws = anchors[free[0]], rng.get_state()
        _, g = problem.gradient(theta, *batch, rng)
        g = g * moved.to(g)
        t = 1.0 if scaled is None else torch.where(scaled.to(g.device), theta.abs() + eta, 1.0)
        steepest = (t * g).norm()
        ahead = theta + rho * t * t * g / steepest if steepest > 0 else theta
        value, gradient = problem.gradient(ahead, *batch, rng.set_state(draws))
        if weight_decay:
            trained = theta[: problem.space.trained]
            gradient[: len(trained)].add_(trained, alpha=weight_decay)
            value = value.add_(trained @ trained, alpha=0.5 * weight_decay)
        return value, gradient[None]

    return objective
