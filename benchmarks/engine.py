"""The engine against a bare PyTorch loop on the same network and data: an epoch of training, of a curve, of evaluation; a step.

    python benchmarks/engine.py [--device cuda] [--precision fp32 bf16] [--steps] [--compile] [--out table.csv]

With `--steps`, a step of small networks instead, against the fastest eager loop by hand: inputs scaled once if they are small,
gradients asked for by name, updates of all tensors in one call. In processor time, on one thread, in short turns: other work on
the machine meets both alike. With `--compile`, steps of both of them eager and compiled, in turns; what compiling takes is
not counted.

Floors: a training step takes three times the operations of a forward pass (counted by torch), and the machine's rate is
that of a 4096^3 matrix product in the same arithmetic, measured in the same run. The variants take turns, so that a slow
moment of a shared machine meets them all; times are medians, and ratios are what to read.
"""

import argparse
import statistics
import time
from dataclasses import replace
from functools import partial

import pandas as pd
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from lossland.data import digits
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.evaluate import evaluate
from lossland.landscape.problem import Problem, default_device, native_bf16
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import expected_loss, minimise, trajectory
from lossland.models import cnn, cnn_wxd, mlp, multilayer_cnn, preresnet, resnet, wideresnet
from lossland.options import Recipe

NETWORKS = {"preresnet20": partial(preresnet.build, depth=20), "wrn16-4": partial(wideresnet.build, depth=16, k=4)}
RECIPE = Recipe(epochs=1, lr=0.01, batch_size=128, weight_decay=5e-4)
SMALL = {  # network, side of its images, batch
    "mlp_03": (partial(mlp.build, hidden=[30, 30]), 8, 32),
    "cnn": (cnn.build, 8, 32),
    "SmallCNN": (multilayer_cnn.build, 32, 128),
    "PreResNet-8": (partial(preresnet.build, depth=8), 32, 128),
}

COMPILED = {
    "SmallCNN, dropout": partial(multilayer_cnn.build, channels=[16, 32, 32]),
    "CNN-24": partial(cnn_wxd.build, width=24),
    "ResNet-20": partial(resnet.build, depth=20),
    "PreResNet-8": partial(preresnet.build, depth=8),
}


def images(n):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randint(256, (n, 3, 32, 32), generator=rng, dtype=torch.uint8) for s in ("train", "val", "test")}
    return Arrays(x, {s: torch.randint(10, (n,), generator=rng) for s in x}, 10, (0.5,) * 3, (0.25,) * 3)


def median(functions, device, repeats):
    """Median seconds of each function; they take turns, after one round that does not count."""
    times = [[] for _ in functions]
    for _ in range(repeats + 1):
        for function, seconds in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            if device.type == "cuda":
                torch.cuda.synchronize()
            seconds.append(time.perf_counter() - start)
    return [statistics.median(s[1:]) for s in times]


def matrix_rate(device, dtype, n=4096):
    """Operations a second of a matrix product."""
    a = torch.randn(n, n, device=device, dtype=dtype)
    return 2 * n**3 / median([lambda: a @ a], device, repeats=5)[0]


def operations(network):
    """Of a forward pass of one image."""
    with FlopCounterMode(display=False) as counter:
        network((3, 32, 32), 10)(torch.randn(2, 3, 32, 32))
    return counter.get_total_flops() / 2


def bare(problem, network, compile=False):
    """(epoch, evaluation) of a plain loop: the module, torch.optim.SGD, channels-last, the same arithmetic."""
    module = network((3, 32, 32), 10).to(problem.device, memory_format=torch.channels_last)
    module = torch.compile(module, dynamic=False) if compile else module
    optimiser = torch.optim.SGD(module.parameters(), RECIPE.lr, RECIPE.momentum, weight_decay=RECIPE.weight_decay)
    x, y = problem.data.x["train"], problem.data.y["train"]

    def batches(order, size):
        for rows in order.to(problem.device).split(size):
            yield ((x[rows].float() / 255 - 0.5) / 0.25).contiguous(memory_format=torch.channels_last), y[rows]

    def epoch():
        module.train()
        for inputs, target in batches(torch.randperm(len(y)), RECIPE.batch_size):
            optimiser.zero_grad()
            with problem.arithmetic():
                loss = F.cross_entropy(module(inputs), target)
            loss.backward()
            optimiser.step()

    @torch.no_grad()
    def evaluation():
        module.eval()
        sum(F.cross_entropy(module(i), t, reduction="sum") for i, t in batches(torch.arange(len(y)), problem.at_once))

    return epoch, evaluation


def engine(problem, chart, precision):
    """An epoch through the library, of the one free anchor of a chart."""
    anchors = torch.stack([problem.init(seed) for seed in range(chart.k)])
    recipe = Recipe(**vars(RECIPE) | {"precision": precision})
    return lambda: minimise(problem, expected_loss(chart, recipe.weight_decay), anchors.clone(), recipe, 0, free=[chart.k // 2])


def by_hand(build, data, size):
    """(an epoch, its steps) of SGD with momentum and decay on a module of its own."""
    module = build(data.shape, 10).to(memory_format=torch.channels_last)
    parameters = list(module.parameters())
    moments = [torch.zeros_like(p) for p in parameters]
    x, y, few = data.x["train"], data.y["train"], data.x["train"].numel() < 1 << 20
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (data.mean, data.std))

    def ready(x):
        return x.float().div_(255).sub_(mean).div_(std).contiguous(memory_format=torch.channels_last)

    x = ready(x) if few else x

    def epoch():
        for rows in torch.randperm(len(y)).split(size):
            loss = F.cross_entropy(module(x[rows] if few else ready(x[rows])), y[rows])
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                torch._foreach_add_(gradients, parameters, alpha=RECIPE.weight_decay)
                torch._foreach_mul_(moments, RECIPE.momentum)
                torch._foreach_add_(moments, gradients)
                torch._foreach_add_(parameters, moments, alpha=-RECIPE.lr)

    return epoch, -(-len(y) // size)


def steps(turns=15, epochs=6):
    """One row for each small network: microseconds of a step, medians and least over turns."""
    rows = []
    for name, (build, side, size) in SMALL.items():
        data, n = (digits.load(None), epochs) if side == 8 else (images(512), 1)
        problem = Problem(ParamSpace(partial(build, data.shape, 10)), data)
        recipe, start = Recipe(**vars(RECIPE) | {"epochs": n, "batch_size": size}), problem.start(0)
        epoch, number = by_hand(build, data, size)
        loops = [lambda: [epoch() for _ in range(n)], lambda: trajectory(problem, start, recipe, 0, [n])]  # noqa: B023
        taken = [[], []]
        for _ in range(turns + 1):
            for loop, seconds in zip(loops, taken, strict=True):
                begun = time.process_time()
                loop()
                seconds.append((time.process_time() - begun) / n / number)
        bare, ours = (sorted(seconds[1:]) for seconds in taken)
        row = {"network": name, "by hand, us": 1e6 * statistics.median(bare), "ours, us": 1e6 * statistics.median(ours)}
        rows.append(
            row | {"ours / by hand": statistics.median(ours) / statistics.median(bare), "of the least": ours[0] / bare[0]}
        )
    return pd.DataFrame(rows)


def compiled_steps(device, turns=7, networks=COMPILED, precision="fp32"):
    """One row for each network: milliseconds of a step, eager and compiled, by the engine and by a plain loop."""
    rows, clock = [], time.perf_counter if device.type == "cuda" else time.process_time
    for name, build in networks.items():
        eager = Problem(ParamSpace(partial(build, (3, 32, 32), 10)), images(512), device, precision)
        start, recipe = eager.start(0), Recipe(**vars(RECIPE) | {"precision": precision})
        plain = [bare(eager, build, compile)[0] for compile in (False, True)]
        sizes = (frozenset(), frozenset([recipe.batch_size]))
        ours = [partial(trajectory, replace(eager, compiled=own), start, recipe, 0, [1]) for own in sizes]
        variants = dict(zip(["bare", "bare, compiled", "ours", "ours, compiled"], [*plain, *ours], strict=True))
        taken = {variant: [] for variant in variants}
        for _ in range(turns + 2):
            for variant, epoch in variants.items():
                begun = clock()
                epoch()
                taken[variant].append((clock() - begun) / 4)
        ms = {variant: 1e3 * statistics.median(seconds[2:]) for variant, seconds in taken.items()}
        gain = {"ours: eager / compiled": ms["ours"] / ms["ours, compiled"]}
        rows.append({"network": name} | ms | gain | {"ours / bare, compiled": ms["ours, compiled"] / ms["bare, compiled"]})
    return pd.DataFrame(rows)


def measure(device, precisions, repeats=5, images=1024):
    """One row for each network and arithmetic."""
    rows = []
    for precision in precisions:
        rate = matrix_rate(device, torch.bfloat16 if precision == "bf16" else torch.float32)
        for name, network in NETWORKS.items():
            problem = Problem(ParamSpace(partial(network, (3, 32, 32), 10)), images(images), device, precision)
            point = Subspace(problem.init(0)[None], Points(1))
            plain, plain_pass = bare(problem, network)
            ours = [engine(problem, chart, precision) for chart in (Points(1), Bezier(3))]
            b, p, c = median([plain, *ours], device, repeats)
            # batch norm is recalibrated by a pass of its own: two passes of ours against one
            e, v = median([plain_pass, lambda: evaluate(problem, point, point.chart.grid(), ["train"])], device, repeats)  # noqa: B023
            row = {"network": name, "precision": precision, "bare images/s": images / b, "engine / bare": p / b}
            row |= {"curve / bare": c / b, "share of matrix rate": 3 * operations(network) * images / p / rate}
            rows.append(row | {"evaluation / bare pass": v / e, "matrix product GFLOP/s": rate / 1e9})
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", type=torch.device, default=default_device())
    parser.add_argument("--precision", nargs="*")
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--out", default="benchmarks/engine.csv")
    arguments = parser.parse_args()
    precisions = arguments.precision or ["fp32", *(["bf16"] if native_bf16(arguments.device) else [])]
    if arguments.steps or arguments.compile:
        torch.set_num_threads(1)
    if arguments.compile:
        table = compiled_steps(arguments.device)
    else:
        table = steps() if arguments.steps else measure(arguments.device, precisions)
    print(f"torch {torch.__version__}, {arguments.device}, {torch.get_num_threads()} threads")
    print(table.round(3).to_markdown(index=False))
    table.to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
