"""The engine against a bare PyTorch loop on the same network and data: training step, curve step, evaluation pass.

    python benchmarks/engine.py [--device cuda] [--precision bf16] [--out table.md]

Floors: a forward pass of ResNet-20 takes 41 M multiply-adds a picture, a training step three times that; the machine's
rate is that of a 4096^3 matrix product in the same arithmetic, measured in the same run. Variants take turns, so a slow
moment of a shared machine meets them all; times are medians, and ratios are what to read.
"""

import argparse
import statistics
import time
from functools import partial

import pandas as pd
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from lossland.arrays import Arrays
from lossland.geometry.charts.bezier import Bezier
from lossland.landscape import descent
from lossland.landscape.problem import Problem, default_device, native_bf16
from lossland.landscape.space import ParamSpace
from lossland.landscape.train import expected_loss
from lossland.models import preresnet, wideresnet
from lossland.options import Recipe

NETWORKS = {"preresnet20": partial(preresnet.build, depth=20), "wrn16-4": partial(wideresnet.build, depth=16, k=4)}
RECIPE = Recipe(epochs=1, lr=0.01, batch_size=128, weight_decay=5e-4)


def pictures(n):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randint(256, (n, 3, 32, 32), generator=rng, dtype=torch.uint8) for s in ("train", "val", "test")}
    return Arrays(x, {s: torch.randint(10, (n,), generator=rng) for s in x}, 10, (0.5,) * 3, (0.25,) * 3)


def matrix_rate(device, dtype, n=4096):
    """Multiply-adds a second, times two, of a matrix product."""
    a = torch.randn(n, n, device=device, dtype=dtype)
    return 2 * n**3 / median([lambda: a @ a], device, repeats=5)[0]


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


def bare(problem, network):
    """A plain loop: the module itself, torch.optim.SGD, channels-last, the same arithmetic; returns (step, pass)."""
    module = network((3, 32, 32), 10).to(problem.device, memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(module.parameters(), RECIPE.lr, RECIPE.momentum, weight_decay=RECIPE.weight_decay)
    data = list(problem.batches("train", RECIPE.batch_size))
    batches = iter(data * 1000)

    def step():
        _, (x,), y = next(batches)
        optimiser.zero_grad()
        with problem.arithmetic():
            loss = F.cross_entropy(module(x), y)
        loss.backward()
        optimiser.step()

    @torch.no_grad()
    def evaluation():
        module.eval()
        for _, (x,), y in data:
            F.cross_entropy(module(x), y)
        module.train()

    return step, evaluation


def engine(problem, anchors):
    """The same through the library: a step of `expected_loss` on the free row, and a pass of predictions."""
    chart = Bezier(len(anchors)) if len(anchors) > 1 else None
    free = [1] if chart else [0]
    objective = expected_loss(problem, chart, RECIPE.weight_decay) if chart else None
    batches, state, rng = iter(list(problem.batches("train", RECIPE.batch_size)) * 1000), {}, torch.Generator().manual_seed(0)
    statistics_ = problem.space.calibrate(anchors[0], (i for _, i, _ in problem.batches("train", RECIPE.batch_size)))

    def step():
        _, inputs, target = next(batches)
        if chart:
            _, gradient = objective(anchors, free, (inputs, target), rng)
        else:
            gradient = problem.gradient(anchors[0], inputs, target, rng, RECIPE.weight_decay)[1][None]
        descent.sgd(anchors[free[0]], gradient[0], RECIPE.lr, RECIPE, state)

    @torch.no_grad()
    def evaluation():
        for _, inputs, target in problem.batches("train", RECIPE.batch_size):
            problem.task.scores(problem.space.predict(anchors[0], statistics_, *inputs), target)

    return step, evaluation


def operations(network):
    with FlopCounterMode(display=False) as counter:
        network((3, 32, 32), 10)(torch.randn(2, 3, 32, 32))
    return counter.get_total_flops() / 2


def measure(device, precisions, repeats=15, images=1024):
    rows = []
    for precision in precisions:
        rate = matrix_rate(device, torch.bfloat16 if precision == "bf16" else torch.float32)
        for name, network in NETWORKS.items():
            problem = Problem(ParamSpace(partial(network, (3, 32, 32), 10)), pictures(images), device, precision)
            theta = problem.init(0)
            plain, plain_pass = bare(problem, network)
            point, point_pass = engine(problem, theta[None].clone())
            curve, _ = engine(problem, torch.stack([problem.init(s) for s in range(3)]))
            b, p, c = median([plain, point, curve], device, repeats)
            flops = 3 * operations(network) * RECIPE.batch_size
            row = {"network": name, "precision": precision, "matrix product GFLOP/s": rate / 1e9}
            row |= {"bare step ms": b * 1e3, "engine / bare": p / b, "curve / bare": c / b}
            row |= {"images/s": RECIPE.batch_size / p, "share of matrix rate": flops / p / rate}
            if precision == "fp32":
                b, p = median([plain_pass, point_pass], device, max(3, repeats // 5))
                row |= {"bare pass images/s": images / b, "engine pass / bare": p / b}
            rows.append(row)
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", type=torch.device, default=default_device())
    parser.add_argument("--precision", nargs="*")
    parser.add_argument("--out", help="also write the table, as CSV")
    arguments = parser.parse_args()
    precisions = arguments.precision or ["fp32", *(["bf16"] if native_bf16(arguments.device) else [])]
    table = measure(arguments.device, precisions)
    print(f"torch {torch.__version__}, {arguments.device}, {torch.get_num_threads()} threads")
    print(table.round(3).to_string(index=False))
    if arguments.out:
        table.to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
