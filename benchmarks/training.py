"""Steps of training: against the fastest plain loop by hand, eager and compiled.

The loop by hand scales its inputs once if they are small, asks for gradients by name, and updates all tensors in one call;
compiled is its network, by `torch.compile`, as ours is. Batches are of 32 for `mlp` and `cnn` on 8 x 8 digits, of 128 for the
others, on random images of 32 x 32 in three channels. A step of a Bezier curve of three points is compared with one of a
network. What compiling takes is not counted. Beside them: what the multiplications of a step would take at the rate of a
product of two matrices [4096 4096].
"""

from dataclasses import replace
from functools import partial

import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode
from turns import images, row, taken

from lossland.data import digits
from lossland.geometry.charts.bezier import Bezier
from lossland.landscape.devices import native_bf16
from lossland.landscape.objectives import expected_loss
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.train import minimise, trajectory
from lossland.models import cnn, cnn_wxd, mlp, multilayer_cnn, preresnet
from lossland.options import Recipe

RECIPE = {"lr": 0.01, "weight_decay": 5e-4}
SMALL = {"mlp, two layers of 30": partial(mlp.build, hidden=[30, 30]), "cnn, the default's": cnn.build}
LARGE = {
    "SmallCNN, with dropout": partial(multilayer_cnn.build, channels=[16, 32, 32]),
    "CNN-24": partial(cnn_wxd.build, width=24),
    "PreResNet-8": partial(preresnet.build, depth=8),
    "PreResNet-20": partial(preresnet.build, depth=20),
}
MATRIX = 4096


def by_hand(problem, module, size, epochs, compile=False):
    """SGD with momentum and decay."""
    module = module.to(problem.device, memory_format=torch.channels_last)
    parameters = list(module.parameters())
    moments = [torch.zeros_like(p) for p in parameters]
    module = torch.compile(module, dynamic=False) if compile else module
    data = problem.data
    x, y, few = data.x["train"], data.y["train"], data.x["train"].numel() < 1 << 20
    mean, std = (torch.tensor(values, device=x.device).view(-1, 1, 1) for values in (data.mean, data.std))

    def ready(x):
        return x.float().div_(255).sub_(mean).div_(std).contiguous(memory_format=torch.channels_last)

    x = ready(x) if few else x

    def train():
        for rows in [rows for _ in range(epochs) for rows in torch.randperm(len(y)).to(x.device).split(size)]:
            with problem.arithmetic():
                loss = F.cross_entropy(module(x[rows] if few else ready(x[rows])), y[rows])
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                torch._foreach_add_(gradients, parameters, alpha=RECIPE["weight_decay"])
                torch._foreach_mul_(moments, 0.9)
                torch._foreach_add_(moments, gradients)
                torch._foreach_add_(parameters, moments, alpha=-RECIPE["lr"])

    return train


def rows(device, tiny=False):
    for name, build in SMALL.items():
        yield from _steps(name, build, digits.load(None), 32, device, "fp32", *((1, 1) if tiny else (20, 15)))
    if tiny:
        yield from _steps("PreResNet-8", LARGE["PreResNet-8"], images(64), 32, device, "fp32", 1, 1, more=True)
        return
    for name, build in LARGE.items():
        for precision in ["fp32"] + ["bf16"] * (native_bf16(device) and name.startswith("Pre")):
            length = (1, 3) if name == "PreResNet-20" else (2, 4)
            yield from _steps(name, build, images(512), 128, device, precision, *length, True, name == "PreResNet-8")


def _steps(name, build, data, size, device, precision, epochs, turns, compiled=False, more=False):
    problem = Problem(ParamSpace(partial(build, data.shape, 10)), data, device, precision)
    start, recipe = problem.start(0), Recipe(epochs, batch_size=size, precision=precision, **RECIPE)
    n, work = epochs * problem.steps(size), f"step of {name}, {precision}"
    variants = {"loop by hand": by_hand(problem, build(data.shape, 10), size, epochs)}
    variants["ours"] = partial(trajectory, problem, start, recipe, 0, [epochs])
    if compiled:
        variants["compiled loop"] = by_hand(problem, build(data.shape, 10), size, epochs, True)
        own = replace(problem, compiled=frozenset([size]))
        variants["ours, compiled"] = partial(trajectory, own, start, recipe, 0, [epochs])
    if more:
        objective, points = expected_loss(Bezier(3), recipe.weight_decay), torch.stack([start] * 3)
        variants["curve"] = lambda: minimise(problem, objective, points.clone(), recipe, 0, free=[1])
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        wide = MATRIX if compiled else 256  # else a trial
        a = torch.randn(wide, wide, device=device, dtype=dtype)
        variants["matrix"] = lambda: a @ a
    ms = {variant: 1e3 * seconds for variant, seconds in taken(variants, device, turns, n).items()}
    yield row(work, "ms", ms["ours"], "loop by hand", ms["loop by hand"], 0.97)
    if compiled:
        yield row(f"{work}, compiled", "ms", ms["ours, compiled"], "compiled loop by hand", ms["compiled loop"], 0.97)
    if more:
        yield row(f"{work}, of a curve", "ms", ms["curve"], "loop by hand, of a network", ms["loop by hand"])
        share = 3 * size * operations(build, data.shape) / (2 * wide**3)
        yield row(work, "ms", ms["ours"], "matrix product of as many operations", share * n * ms["matrix"])


def operations(build, shape):
    """Of a forward pass of one image."""
    with FlopCounterMode(display=False) as counter:
        build(shape, 10)(torch.randn(2, *shape))
    return counter.get_total_flops() / 2
