"""A network with its hidden units in another order: another point, the same function (Draxler et al. 2018, arXiv 1803.00885,
section 5).

    theta = P theta_1,    f_theta = f_theta_1

How far apart such copies are, and how high the path between them, is no matter of their functions. Nothing is trained.
"""

from typing import Annotated, Literal

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.permutations import permuted, symmetries
from lossland.landscape.samples import cost
from lossland.landscape.subspace import Subspace
from lossland.options import Between, Seed
from lossland.streams import stream


def build(
    problem, sources: Annotated[list, Between(1, 1)], *, order: Literal["reversed", "random"] = "random", seed: Seed = 0
) -> Subspace:
    """The units of each class in `reversed` order, which moves no two alike, or in a random one drawn under `seed`.

    Points, one. Notes: what the source has cost. Raises ValueError where the function is not the same.
    """
    (source,) = sources
    found, rng = symmetries(problem), stream(seed, "permute")
    orders = {
        c: torch.arange(n).flip(0) if order == "reversed" else torch.randperm(n, generator=rng)
        for c, n in found.classes.items()
    }
    theta = permuted(problem.space, found, source.end.cpu(), orders)
    return Subspace(theta[None], Points(1), cost(source, 1) | source.decay)
