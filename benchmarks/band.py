"""A step of an elastic band against the bare passes through the network that it takes.

    python benchmarks/band.py [--device cuda] [--pivots 9] [--batch 32]

Floor: a forward and backward pass of every inner pivot, a forward pass of both ends. What a step takes beyond it are lengths,
spacing, tangents and projections: four reads of the band, two of the gradients, in float64. The variants take turns, so that
a slow moment of a shared machine meets them all; times are medians, and ratios are what to read.
"""

import argparse

import pandas as pd
import torch
from engine import images, median

from lossland.landscape.nudged_band import Force
from lossland.landscape.problem import Problem, default_device
from lossland.landscape.space import ParamSpace
from lossland.models import cnn_wxd, resnet

NETWORKS = {
    "CNN-12": lambda: cnn_wxd.build((3, 32, 32), 10, width=12),
    "CNN-48": lambda: cnn_wxd.build((3, 32, 32), 10, width=48),
    "ResNet-20": lambda: resnet.build((3, 32, 32), 10, depth=20),
}


def measure(device, pivots, batch, repeats=5):
    """Seconds of a step, over those of only its passes."""
    rows = []
    for name, build in NETWORKS.items():
        problem = Problem(ParamSpace(build), images(batch), device)
        anchors = torch.stack([problem.init(seed) for seed in range(pivots)])
        _, inputs, target = next(problem.batches("train", batch))
        force, rng = Force(torch.full((pivots - 1,), 1 / (pivots - 1)), 1e-4, None, "henkelman", None), torch.Generator()

        def step(force=force, problem=problem, anchors=anchors, batch=(inputs, target), rng=rng):
            force(problem, anchors, list(range(1, pivots - 1)), batch, rng)

        def passes(problem=problem, anchors=anchors, batch=(inputs, target), rng=rng):
            for theta in anchors[1:-1]:
                problem.gradient(theta, *batch, rng, 1e-4)
            for theta in anchors[[0, -1]]:
                problem.value(theta, *batch, rng, 1e-4)

        own, bare = median([step, passes], device, repeats)
        rows.append({"network": name, "parameters": problem.space.dimension, "step ms": 1e3 * own, "step / passes": own / bare})
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", type=torch.device, default=default_device())
    parser.add_argument("--pivots", type=int, default=9)
    parser.add_argument("--batch", type=int, default=32)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {arguments.device}, {torch.get_num_threads()} threads")
    print(measure(arguments.device, arguments.pivots, arguments.batch).round(2).to_markdown(index=False))


if __name__ == "__main__":
    main()
