"""A step of SPRO with our volume (float64, from inner products) against the released one (float32, of a copy of all vertices).

    python benchmarks/simplex.py [--device cuda] [--vertices 8] [--batch 8]

VGG-16 of 15 million parameters. Floors: a step takes H forward and backward passes, H reads of all vertices for theta_h, and of
the volume one read of all for the inner products and one for the slope. The variants take turns, so that a slow moment of a
shared machine meets them all; times are medians, and ratios are what to read.
"""

import argparse
from dataclasses import replace

import pandas as pd
import torch
from engine import images, median

from lossland.landscape.problem import Problem, default_device
from lossland.landscape.simplexes import Spro
from lossland.landscape.space import ParamSpace
from lossland.models import vgg
from lossland.options import Volume


def measure(device, vertices, batch, repeats=5):
    """Seconds of a step without a volume, with ours and with the released one, for one and five points of a step."""
    problem = Problem(ParamSpace(lambda: vgg.build((3, 32, 32), 10)), images(batch), device)
    anchors = torch.stack([problem.init(seed) for seed in range(vertices)])
    _, inputs, target = next(problem.batches("train", batch))
    rows = []
    for samples in (1, 5):
        ours = Spro([tuple(range(vertices))], 1e-6, Volume(), 5e-4, samples, "mean", "index")
        kinds = [replace(ours, strength=0.0), ours, replace(ours, volume=Volume(determinant="float32"))]

        def step(objective):
            objective(problem, anchors, [vertices - 1], (inputs, target), torch.Generator().manual_seed(0))

        none, own, released = median([lambda kind=kind: step(kind) for kind in kinds], device, repeats)
        row = {"vertices": vertices, "points": samples, "passes ms": 1e3 * none, "released / ours, step": released / own}
        rows.append(row | {"released / ours, volume": (released - none) / max(own - none, 1e-9), "ours / passes": own / none})
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", type=torch.device, default=default_device())
    parser.add_argument("--vertices", type=int, default=8)
    parser.add_argument("--batch", type=int, default=8)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {arguments.device}, {torch.get_num_threads()} threads")
    print(measure(arguments.device, arguments.vertices, arguments.batch).round(2).to_markdown(index=False))


if __name__ == "__main__":
    main()
