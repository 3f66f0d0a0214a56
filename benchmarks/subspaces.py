"""Steps of simplexes and bands: against the passes through the network that they take, and the released ways.

Simplex: VGG-16 (15 million parameters), 4 vertices, five points of a step, batches of 8. The plain loop makes each weight
tensor of a point from those of the vertices; the released volume is a float32 determinant of a copy of all vertices. Band: 9
pivots, batches of 32; what it takes beyond its passes are reads of the band in float64, the same at any batch.
"""

from dataclasses import replace
from functools import partial

import torch
from torch.func import functional_call
from torch.nn import functional as F
from turns import images, row, taken

from lossland.landscape.nudged_band import Force
from lossland.landscape.problem import Problem
from lossland.landscape.simplexes import Spro
from lossland.landscape.space import ParamSpace
from lossland.models import cnn_wxd, resnet, vgg
from lossland.options import Volume

BANDS = {
    "CNN-12": partial(cnn_wxd.build, width=12),
    "CNN-48": partial(cnn_wxd.build, width=48),
    "ResNet-20": partial(resnet.build, depth=20),
}


def rows(device, tiny=False):
    simplex = ("CNN-12", BANDS["CNN-12"], device, 3, 2, 2, 1) if tiny else ("VGG-16", vgg.build, device, 4, 8, 5, 3)
    yield from _simplex(*simplex)
    for name, build in list(BANDS.items())[: 1 if tiny else None]:
        yield from _band(name, build, device, *((3, 2, 1) if tiny else (9, 32, 3)))


def _made(build, device, batch, points):
    """(problem, anchors, (inputs, target))."""
    problem = Problem(ParamSpace(partial(build, (3, 32, 32), 10)), images(batch), device)
    _, *minibatch = next(problem.batches("train", batch))
    return problem, torch.stack([problem.init(seed) for seed in range(points)]), minibatch


def _simplex(name, build, device, vertices, batch, samples, rounds):
    problem, anchors, (inputs, target) = _made(build, device, batch, vertices)
    ours = Spro([tuple(range(vertices))], 1e-6, Volume(), 0.0, samples, "mean", "index")
    kinds = {
        "passes": replace(ours, strength=0.0),
        "ours": ours,
        "released": replace(ours, volume=Volume(determinant="float32")),
    }

    def step(objective):
        objective(problem, anchors, [vertices - 1], (inputs, target), torch.Generator().manual_seed(0))

    module = build((3, 32, 32), 10).to(device)
    points = [problem.space.unravel(anchor.clone()) for anchor in anchors]
    trained = [tensor.requires_grad_() for tensor in points[-1].values()]

    def plain():
        for c in torch.full((samples, vertices), 1 / vertices).tolist():
            theta = {name: sum(share * point[name] for share, point in zip(c, points, strict=True)) for name in points[0]}
            torch.autograd.grad(F.cross_entropy(functional_call(module, theta, inputs), target), trained)

    variants = {name: partial(step, kind) for name, kind in kinds.items()} | {"plain": plain}
    ms = {name: 1e3 * seconds for name, seconds in taken(variants, device, rounds).items()}
    yield row(f"passes of a step of a simplex, {name}", "ms", ms["passes"], "a plain loop", ms["plain"], 1)
    yield row(f"step of a simplex, {name}", "ms", ms["ours"], "with the released volume", ms["released"], 1)
    yield row(f"step of a simplex, {name}", "ms", ms["ours"], "only its passes", ms["passes"])


def _band(name, build, device, pivots, batch, rounds):
    problem, anchors, minibatch = _made(build, device, batch, pivots)
    force, rng = Force(torch.full((pivots - 1,), 1 / (pivots - 1)), 1e-4, None, "henkelman", None), torch.Generator()

    def passes():
        for theta in anchors[1:-1]:
            problem.gradient(theta, *minibatch, rng, 1e-4)
        for theta in anchors[[0, -1]]:
            problem.value(theta, *minibatch, rng, 1e-4)

    variants = {"ours": lambda: force(problem, anchors, list(range(1, pivots - 1)), minibatch, rng), "passes": passes}
    ms = {variant: 1e3 * seconds for variant, seconds in taken(variants, device, rounds).items()}
    yield row(f"step of a band, {name}", "ms", ms["ours"], "only its passes", ms["passes"])
