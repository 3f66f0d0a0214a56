"""Training in random cuts through parameter space (Fort & Jastrzebski 2019, arXiv 1906.04724; Li et al. 2018, 1804.08838).

    minimise over z   L(theta_0 + M z) + w/2 |theta_0 + M z|^2,     theta_0 = r theta_init,     z = 0 at first

M [D d] is random with orthonormal columns, theta_init the network's own initialisation; the cut has d dimensions and lies at
radius r, in norms of theta_init. In the wedge model it meets an n-wedge where d + n > D. All cuts of a seed share theta_init
and, to rounding, the first columns of one M. No code was released; the procedure is as remembered, not confirmed.
"""

import itertools
import zlib
from dataclasses import replace

import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.options import Count, NoSources, Positive, Recipe, Seed
from lossland.rng import stream

VERTICES = "len(dimensions) * len(radii)"
GRADIENTS = "len(dimensions) * len(radii)"  # of a step of them all


def build(
    problem,
    sources: NoSources,
    *,
    recipe: Recipe,
    seed: Seed,
    dimensions: list[Count],
    radii: list[Positive] = (1.0,),
) -> Subspace:
    """Points, the network trained in each cut: all `radii` of the first of the `dimensions`, then of the next.

    Notes: `dimension` and `radius` [n], `loss` [n epochs], the weight decay; `lineage` and `spent` [n], one after another.
    Raises ValueError for more dimensions than there are parameters.
    """
    cuts, whole = list(itertools.product(dimensions, radii)), problem.space.dimension
    if not cuts or max(dimensions) > whole:
        raise ValueError(f"dimensions is {list(dimensions)}, radii {list(radii)}; name some, and at most {whole} dimensions")
    initial, axes = problem.start(seed), orthonormal(max(dimensions), whole, seed).to(problem.device)
    rows, losses = problem.journal.part("cuts").rows(len(cuts), whole), []
    for row, (d, radius) in zip(rows, cuts, strict=True):
        part = replace(problem, journal=problem.journal.part("cut"))
        start, z = radius * initial, torch.zeros(1, d, device=problem.device)
        trained = minimise(part, within(start, axes[:d], recipe.weight_decay), z, recipe, seed)
        row.copy_(start + trained.anchors[0] @ axes[:d])
        losses.append(trained.losses)
    lineage = torch.tensor([[zlib.crc32(row.numpy()), recipe.epochs] for row in rows])
    notes = dict(zip(("dimension", "radius"), torch.tensor(cuts, dtype=torch.float64).T.contiguous(), strict=True))
    notes |= {"loss": torch.stack(losses), "weight_decay": torch.tensor(recipe.weight_decay)}
    return Subspace(rows, Points(len(cuts)), notes | {"lineage": lineage, "spent": lineage[:, 1].cumsum(0).double()})


def orthonormal(d, whole, seed):
    """M^T [d D], float32 from float64; its first rows depend on no later ones."""
    columns = [torch.randn(whole, generator=stream(seed, "axis", i), dtype=torch.float64) for i in range(d)]
    return torch.linalg.qr(torch.stack(columns, 1))[0].T.float().contiguous()


def within(start, axes, weight_decay):
    """The objective of coordinates z [1 d] at the point start + z @ axes [d D]."""

    def objective(problem, z, free, batch, rng):
        value, gradient = problem.gradient(start + z[0] @ axes, *batch, rng, weight_decay)
        return value, (axes @ gradient)[None]

    return objective
