"""A connector of m networks: one point that low segments join with each of them (Fort & Jastrzebski 2019, arXiv 1906.04724).

    c begins at the mean of w_1 .. w_m     minimise L(c) (vertex), or E L over the segments from c to each w_i (uniform)
    c <- c - lr (g - its part along the edges w_i - w_1)                                 (projection orthogonal)

With uniform and without a projection this is the first connector of a complex at lambda = 0 (Benton et al. 2021, arXiv
2102.13042). No code of the paper was released; the procedure is as remembered, not confirmed.
"""

from typing import Annotated, Literal

from lossland.landscape.objectives import pointwise, projected
from lossland.landscape.simplexes import Spro, grown
from lossland.landscape.subspace import Subspace
from lossland.options import Between, Count, Recipe, Seed, Volume

# how many vertices it has, and gradients a step takes
VERTICES = "1 + len(sources)"
GRADIENTS = "samples if objective == 'uniform' else 1"


def build(
    problem,
    sources: Annotated[list, Between(2)],
    *,
    recipe: Recipe,
    seed: Seed,
    objective: Literal["vertex", "uniform"] = "vertex",
    projection: Literal["none", "orthogonal"] = "orthogonal",
    samples: Count = 5,
) -> Subspace:
    """A Complex of the m segments; the connector is its last vertex, number m. `samples` are the points of a step under
    `uniform`. Notes: see `landscape.simplexes.grown`.

    Raises ValueError if steps along projected gradients are asked for and the optimiser makes others.
    """
    if projection == "orthogonal" and recipe.optimiser != "sgd":
        raise ValueError(
            f"projection is orthogonal, and the steps of {recipe.optimiser} leave the subspace; use sgd, or projection: none"
        )
    m, decay = len(sources), recipe.weight_decay
    segments, passes = [[i, m] for i in range(m)], 1 if objective == "vertex" else samples

    def own(simplexes, strength):
        uniform = Spro(simplexes, strength, Volume(), decay, samples, "mean", "index")
        chosen = pointwise(decay) if objective == "vertex" else uniform
        return projected(chosen, list(range(m))) if projection == "orthogonal" else chosen

    return grown(problem, sources, segments, own, recipe, seed, passes=passes)
