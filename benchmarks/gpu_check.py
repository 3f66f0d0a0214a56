"""What to run on a GPU machine that has torch but no Snakemake: `make gpu-check PYTHON=python3`, from the library alone.

1. the benchmarks of this folder but that of jobs      2. memory of a curve step, in copies of the parameters
3. bf16 against fp32: the same gradient up to rounding      4. killed and resumed equals uninterrupted, eager and compiled
5. one longer training: PreResNet-20 on images (real ones where LOSSLAND_DATA/cifar10 holds them) and a curve

What is measured goes to docs/performance.json; exits non-zero where a check fails. On a CPU it tries itself, and keeps nothing.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import parts
import torch
from turns import images

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.landscape.devices import default_device
from lossland.landscape.evaluate import evaluate
from lossland.landscape.objectives import expected_loss
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.train import minimise
from lossland.methods import curve, line, sgd
from lossland.models import preresnet, wideresnet
from lossland.options import Recipe


def memory_of_a_curve_step(device):
    """Peak memory of training a one-bend curve above that of training a point, in copies of the parameters."""
    network = partial(wideresnet.build, (3, 32, 32), 10, depth=16, k=4)
    problem = Problem(ParamSpace(network), images(128), device)
    peaks = []
    for chart in (Points(1), Bezier(3)):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        start = torch.stack([problem.init(seed) for seed in range(chart.k)])
        minimise(problem, expected_loss(chart, 5e-4), start, Recipe(1, 0.01), 0, free=[chart.k // 2])
        torch.cuda.synchronize()
        peaks.append(torch.cuda.max_memory_allocated())
    return (peaks[1] - peaks[0]) / (4 * problem.space.dimension)


def agreement_of_bf16(device):
    """Cosine of the gradients in bf16 and fp32 at initialisation."""
    problem = Problem(ParamSpace(partial(preresnet.build, (3, 32, 32), 10, depth=20)), images(256), device)
    _, inputs, target = next(problem.batches("train", 256))
    theta = problem.init(0)
    rng = torch.Generator().manual_seed(0)
    a, b = (replace(problem, precision=p).gradient(theta, inputs, target, rng)[1].double() for p in ("fp32", "bf16"))
    return (a @ b / (a.norm() * b.norm())).item()


def resumed_is_whole(device, precision, compile="off"):
    """A training that is cut in its middle and goes on gives the bytes of one that was never cut."""
    from lossland.landscape.checkpoint import Journal

    class Cut(Journal):
        kept, countdown = None, 5

        def part(self, kind):
            return Journal() if kind == "compiled" else self

        def load(self):
            return self.kept

        def due(self):
            self.countdown -= 1
            return self.countdown == 0

        def save(self, state):
            if self.countdown == 0:
                self.kept = {n: t.clone() for n, t in state.items()}
                raise KeyboardInterrupt

    space = ParamSpace(partial(preresnet.build, (3, 32, 32), 10, depth=8))
    problem = Problem(space, images(512), device, compile=compile)
    recipe = Recipe(epochs=2, lr=0.05, precision=precision)
    objective = expected_loss(Bezier(2), 0.0)
    start = torch.stack([problem.init(0)] * 2)
    whole = minimise(problem, objective, start.clone(), recipe, 0)
    cut = replace(problem, journal=Cut())
    try:
        minimise(cut, objective, start.clone(), recipe, 0)
    except KeyboardInterrupt:
        again = minimise(cut, objective, start.clone(), recipe, 0)
    return torch.equal(whole.anchors, again.anchors)


def longer_training(device, length):
    """Two networks and a curve; returns numbers for the table."""
    root = Path(os.environ.get("LOSSLAND_DATA", "data"))
    if list((root / "cifar10").glob("train-*.parquet")):
        from lossland.data import parquet_images

        data, name = parquet_images.load(root, folder="cifar10", train="train-*.parquet", test="test-*.parquet"), "CIFAR-10"
    else:
        data, name = images(10_000 if device.type == "cuda" else 256), "random images"
    problem = Problem(ParamSpace(partial(preresnet.build, data.shape, 10, depth=20)), data, device, batch_size=1000)
    recipe = Recipe(epochs=length, lr=0.1, weight_decay=3e-4, precision="auto")
    start = time.perf_counter()
    networks = [sgd.build(problem, [], recipe=recipe, seed=seed) for seed in (1, 2)]
    seconds = (time.perf_counter() - start) / 2
    joined = curve.build(problem, networks, recipe=replace(recipe, lr=0.03), seed=1)
    rows = {"data": name, "epochs": length, "s / epoch": seconds / length}
    for label, path in (("segment", line.build(problem, networks)), ("Bezier", joined)):
        table = evaluate(problem, path, path.chart.grid(11), ["train", "test"])
        rows |= {
            f"max train nll, {label}": table[:, 0, 0].max().item(),
            f"max test error, {label}": table[:, 1, 1].max().item(),
        }
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--device", type=torch.device, default=default_device(), help="cpu tries the check itself")
    arguments = parser.parse_args()
    device, failed = arguments.device, []
    cuda = device.type == "cuda"
    for part in parts.ON_DEVICES:
        found = parts.measured(part, device, tiny=not cuda)
        print(part, pd.DataFrame(found["rows"]).round(3).to_string(index=False), sep="\n", flush=True)
        if cuda:
            parts.keep(f"{part} on a GPU", found)
    checks = {
        f"resumed equals whole, {p}, compile: {how}": resumed_is_whole(device, p, how)
        for p in (["fp32", "bf16"] if cuda else ["fp32"])
        for how in ("off", "on")
    }
    cosine = agreement_of_bf16(device)
    checks[f"bf16 gradient agrees (cosine {cosine:.4f})"] = cosine > 0.99
    if cuda:
        copies = memory_of_a_curve_step(device)
        checks[f"a curve step takes {copies:.1f} copies of the parameters more than a point's"] = copies < 6
    for check, passed in checks.items():
        print(f"{'ok    ' if passed else 'FAILED'} {check}")
        failed += [] if passed else [check]
    for name, value in longer_training(device, arguments.epochs).items():
        print(f"{name}: {value if isinstance(value, str) else round(value, 4)}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
