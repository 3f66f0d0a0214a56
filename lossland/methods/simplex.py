"""A simplex of low loss around one trained network (Benton et al. 2021, arXiv 2102.13042, ESPRO).

    K_n = simplex(w_0, theta_1 .. theta_n),    theta_n minimises E L - lambda_n log V(K_n) while all others stay

One vertex is trained after another; see `landscape.simplexes` for the objective. Differs from the released code in: the mean
over the points of a step is taken (there their sum, `reduction`), V is not squared (`volume.power`) and is computed in float64
(`volume.determinant`); what is drawn at random has a seed.
"""

from functools import partial
from typing import Literal

from lossland.landscape.simplexes import Spro, grown, strengths
from lossland.landscape.subspace import Subspace
from lossland.options import Count, OneSource, Recipe, Seed, Volume

# how many vertices it has, and gradients a step takes
VERTICES = "1 + vertices"
GRADIENTS = "vertices * samples"


def build(
    problem,
    sources: OneSource,
    *,
    recipe: Recipe,
    seed: Seed,
    vertices: Count = 3,
    samples: Count = 5,
    reduction: Literal["mean", "sum"] = "mean",
    volume: Volume | None = None,
) -> Subspace:
    """`vertices` are added, each by the whole recipe, in steps of `samples` points; `volume` None is the paper's.

    Notes: see `landscape.simplexes.grown`. Raises ValueError if the rule of lambda has no meaning.
    """
    volume, whole = volume or Volume(), [tuple(range(vertices + 1))]
    lambdas = strengths(problem, volume, whole, 1, [n + 2 for n in range(vertices)], seed)
    objective = partial(
        Spro, volume=volume, weight_decay=recipe.weight_decay, samples=samples, reduction=reduction, draw="index"
    )
    return grown(problem, sources, whole, objective, recipe, seed, passes=samples, strengths=lambdas)
