"""A simplicial complex of low loss that joins independent networks (Benton et al. 2021, arXiv 2102.13042, SPRO).

    K = union of simplexes over modes w_1 .. w_m and connectors theta_1 .. theta_c;  theta_j minimises E L - lambda_j log V(K_j)

Modes stay; one connector is trained after another, in K_j, the simplexes that have it, cut down to the vertices so far. By
default every connector is in a simplex with every mode: (w_i, theta_1 .. theta_c) for each i. Differs from the released code
in: the mean over the points of a step is taken (there their sum, `reduction`); points are drawn uniformly in the complex
(`draw`); the volumes of all simplexes count (`volume.over`), not squared (`volume.power`), in float64 (`volume.determinant`).
"""

from functools import partial
from typing import Annotated, Literal

from lossland.landscape.simplexes import Spro, by_volume, grown, strengths
from lossland.landscape.subspace import Subspace
from lossland.options import Between, Count, Index, Recipe, Seed, Volume

# how many vertices it has, and gradients a step takes
VERTICES = "1 + max(map(max, simplexes)) if simplexes else len(sources) + connectors"
GRADIENTS = "samples * (1 + max(map(max, simplexes)) - len(sources) if simplexes else connectors)"


def build(
    problem,
    sources: Annotated[list, Between(2)],
    *,
    recipe: Recipe,
    seed: Seed,
    connectors: Count = 1,
    simplexes: list[list[Index]] | None = None,
    samples: Count = 5,
    reduction: Literal["mean", "sum"] = "mean",
    draw: Literal["volume", "index"] = "volume",
    volume: Volume | None = None,
) -> Subspace:
    """`simplexes` list vertices by number, modes from 0 in the order of the sources, then connectors; they take the place of
    `connectors`. Each is trained by the whole recipe, in steps of `samples` points; `volume` None is the paper's.

    Notes: see `landscape.simplexes.grown`. What is drawn from the complex later is drawn as in the training. Raises ValueError
    where a vertex is in no simplex, where volumes cannot be compared, and where the rule of lambda has no meaning.
    """
    volume, m = volume or Volume(), len(sources)
    simplexes = [sorted(s) for s in simplexes or [[i, *range(m, m + connectors)] for i in range(m)]]
    named = {vertex for simplex in simplexes for vertex in simplex}
    added = 1 + max(named) - m
    if added < 1:
        raise ValueError(f"simplexes name no vertex beyond the {m} networks; add a connector, number {m}")
    if missing := set(range(m + added)) - named:
        raise ValueError(f"vertex {min(missing)} is in no simplex; name it in one")
    if draw == "volume" and len(set(map(len, simplexes))) > 1:
        raise ValueError("simplexes of different dimensions have no volume in common to draw by; give draw: index")
    released = [0, *(n + 3 for n in range(1, added))]  # in its list the first is 0, and the others are two vertices too many
    lambdas = strengths(problem, volume, simplexes, m, released, seed)
    objective = partial(Spro, volume=volume, weight_decay=recipe.weight_decay, samples=samples, reduction=reduction, draw=draw)
    made = grown(problem, sources, simplexes, objective, recipe, seed, passes=samples, strengths=lambdas)
    return by_volume(made) if draw == "volume" else made
