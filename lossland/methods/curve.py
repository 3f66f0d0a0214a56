"""Mode-connecting curves between two networks (Garipov et al. 2018, arXiv 1802.10026).

    minimise over the inner bends   E_{t ~ U(0,1)} [ loss(theta(t)) + weight_decay/2 |theta(t)|^2 ],
    theta(t) = sum_i c_i(t) theta_i      (Bezier or polygonal chain; the ends theta_0 and theta_n stay fixed)

The inner bends start on the segment. The decay acts on the point theta(t), and `bends` counts the ends, both as in the
released code. Differs from it in: one implementation for every architecture, batch-norm statistics are never carried.
"""

from typing import Annotated, Literal

import torch

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.objectives import expected_loss
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import path
from lossland.options import Between, Recipe, Seed, TwoSources

COORDINATES = 1
VERTICES = "bends"


def build(
    problem,
    sources: TwoSources,
    *,
    recipe: Recipe,
    seed: Seed,
    chart: Literal["bezier", "polychain"] = "bezier",
    bends: Annotated[int, Between(3)] = 3,
) -> Subspace:
    """`sources` are the two end networks; `bends` counts the points that define the curve: 3 is one free bend."""
    ends = torch.stack([s.end for s in sources])
    chart = {"bezier": Bezier, "polychain": PolyChain}[chart](bends)
    return path(problem, ends, chart, expected_loss(chart, recipe.weight_decay), recipe, seed)
