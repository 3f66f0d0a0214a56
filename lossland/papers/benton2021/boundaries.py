"""Networks of one simplex on a task of two inputs (Benton et al. 2021, arXiv 2102.13042, section 5.3): figure 7."""

from typing import Literal

from lossland.options import Changes, Count, Networks
from lossland.papers.benton2021.espro import simplex


def experiment(
    plan,
    *,
    network: Networks,
    vertices: Count = 3,
    recipe: Changes = {},
    reduction: Literal["mean", "sum"] = "mean",
    samples: Count = 25,
    resolution: Count = 15,
    lattice: Count = 41,
):
    """Draws of a simplex around the first network, which nothing pushes outwards; `lattice` inputs a side."""
    around = simplex(plan, network[:1], vertices, recipe, {"strength": 0}, reduction=reduction)
    draws = plan.draws("draws", around, samples=samples)
    face = plan.landscape(plan.face("face", around[0]), resolution=resolution, splits=["train"])
    plan.figure("fig7", face=face, functions=plan.functions(draws, resolution=lattice))
