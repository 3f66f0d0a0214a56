"""A set of curves between two networks: SWAG over the bend (Benton et al. 2021, arXiv 2102.13042, section 4.1, figure 2).

    bend_i ~ N(mu, scale (sigma^2 + D D^T / (K - 1))),    mu, sigma, D from the bends that SGD passes through (see `swag`)

SGD goes on from the bend of a trained curve, under the loss of the curve, and the bend is kept after each epoch; the ends stay.
The recipe's rate should be high and constant. The paper's settings are not known; no code of this experiment was released.
"""

from typing import Annotated

import torch

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.bundle import Bundle
from lossland.geometry.measures import moments
from lossland.landscape.objectives import expected_loss
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.landscape.weight_samples import low_rank
from lossland.options import Between, Count, NonNegative, OneSource, Recipe, Seed


def build(
    problem,
    sources: OneSource,
    *,
    recipe: Recipe,
    seed: Seed,
    samples: Count,
    last: Count | None = None,
    rank: Annotated[int, Between(2)] | None = None,
    scale: NonNegative = 0.5,
) -> Subspace:
    """The `last` bends are fitted and `rank` of them are columns of D, by default all, one of each epoch. A Bundle of
    1 + `samples` curves; the first has the mean bend.

    Notes: the `loss` of every epoch, the weight decay. Raises ValueError if the source is no Bezier curve of one bend, and
    where there are fewer epochs.
    """
    (curve,) = sources
    if curve.chart != Bezier(3):
        raise ValueError(f"swag_curve needs a Bezier curve of one bend, and its source is {curve.chart}; name one")
    fitted, steps = last or recipe.epochs, problem.steps(recipe.batch_size)
    if fitted > recipe.epochs:
        raise ValueError(f"last is {last}, but recipe.epochs is {recipe.epochs}; train longer, or fit fewer")
    bends = problem.journal.part("bends").rows(fitted, problem.space.dimension)

    def watch(n, anchors):
        if n % steps == 0 and (row := n // steps - 1 - recipe.epochs + fitted) >= 0:
            bends[row] = anchors[1].cpu()

    objective, start = expected_loss(curve.chart, recipe.weight_decay), curve.anchors.clone()
    trained = minimise(problem, objective, start, recipe, (seed, "swag"), free=[1], watch=watch)
    sample, bundle = low_rank(bends, seed, scale, rank), Bundle(3 + samples)
    anchors = problem.journal.part("samples").rows(bundle.k, problem.space.dimension)
    anchors[:2], (anchors[2], _) = curve.anchors[[0, 2]], moments(bends)
    for i in range(samples):
        anchors[3 + i] = sample(i)
    notes = {"loss": trained.losses, "weight_decay": torch.tensor(recipe.weight_decay)}
    return Subspace(anchors, bundle, notes)
