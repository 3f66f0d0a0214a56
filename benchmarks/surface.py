"""Points of a loss surface a second, against a plain loop that does the same work on the same images.

    python benchmarks/surface.py [--device cuda] [--threads 1] [--images 2000] [--networks cnn ...] [--out table.csv]

The plain loop is what is usually written: at each point theta* + x d_0 + y d_1 is copied into the module as a state
dictionary, then a DataLoader turns each image from PIL into a tensor and normalises it. Ours is `evaluate` with the
batch-norm statistics kept; the pass that calibrates them, one for a whole surface, is timed alone and taken off. Both use
one batch size and one number of threads (1, as a job of the default has), and must agree on all losses. The variants take
turns; times are medians, and ratios are what to read.

Floors: the operations of a forward pass are the same in both, so no loop is faster than `forward`, the bare module on inputs
that are ready; reading images is all that can be saved. Where the network dominates, ours cannot be 3 times as fast.
"""

import argparse
from functools import partial

import pandas as pd
import torch
from engine import median, operations
from PIL import Image
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from lossland.geometry.charts.points import Points
from lossland.landscape.directions import around, random_direction
from lossland.landscape.evaluate import calibrated, evaluate
from lossland.landscape.problem import Problem, default_device
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.models import cnn, resnet, vgg9
from lossland.rng import stream

NETWORKS = {
    "cnn": cnn.build,
    "vgg9, width 8": partial(vgg9.build, width=8),
    "vgg9": vgg9.build,
    "resnet 20": partial(resnet.build, depth=20),
}
POINTS = ((0.3, -0.2), (-0.5, 0.4))


class Images(Dataset):
    """Images as torchvision's CIFAR-10 yields them: arrays that become PIL images, then go through transforms."""

    def __init__(self, x, y):
        self.x, self.y = x.permute(0, 2, 3, 1).contiguous().numpy(), y
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.25,) * 3)])

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.transform(Image.fromarray(self.x[i])), self.y[i]


class Plain:
    """The plain loop: (mean loss, error) of each point, by a module that is loaded anew."""

    def __init__(self, network, problem, subspace):
        self.space, self.device, self.size = problem.space, problem.device, problem.at_once
        self.images = Images(problem.data.x["train"].cpu(), problem.data.y["train"].cpu())
        self.module = network((3, 32, 32), 10).to(problem.device).eval()
        statistics = calibrated(problem, subspace.anchors[0].to(problem.device))
        self.state = self.module.state_dict() | {name: tensor.clone() for name, tensor in statistics.items()}
        self.vectors = [problem.space.unravel(anchor.to(problem.device)) for anchor in subspace.anchors]

    @torch.no_grad()
    def scores(self, workers):
        loader = DataLoader(self.images, self.size, num_workers=workers)
        return torch.tensor([self._point(x, y, loader) for x, y in POINTS], dtype=torch.float64)

    def _point(self, x, y, loader):
        centre, first, second = self.vectors
        self.module.load_state_dict(self.state | {name: w + x * first[name] + y * second[name] for name, w in centre.items()})
        loss = wrong = 0
        for inputs, target in loader:
            inputs, target = inputs.to(self.device), target.to(self.device)
            outputs = self.module(inputs)
            loss += F.cross_entropy(outputs, target, reduction="sum").item()
            wrong += (outputs.argmax(1) != target).sum().item()
        return loss / len(self.images), wrong / len(self.images)

    @torch.no_grad()
    def forward(self, inputs):
        """As many passes of the bare module over inputs that are ready, channels-last as ours are."""
        for _ in POINTS:
            for batch in inputs:
                self.module(batch)


def plane(problem):
    """Two filter-normalised directions around an initialisation."""
    network = Subspace(problem.init(0)[None], Points(1))
    drawn = [random_direction(problem.space, network.end, stream(0, "direction", i)) for i in range(2)]
    return around(network, torch.stack(drawn), box=[(-1.0, 1.0)] * 2)


def measure(device, names, images, repeats=3):
    """One row for each network."""
    rows = []
    for name in names:
        network = NETWORKS[name]
        problem = Problem(ParamSpace(partial(network, (3, 32, 32), 10)), images(images), device)
        subspace, u = plane(problem), torch.tensor(POINTS, dtype=torch.float64)
        plain, ours = Plain(network, problem, subspace), partial(evaluate, problem, subspace, u, ["train"], "keep")
        torch.testing.assert_close(ours()[:, 0], plain.scores(0), rtol=1e-4, atol=1e-4)
        ready = [inputs for _, (inputs,), _ in problem.batches("train", shuffled=False)]
        variants = [ours, partial(calibrated, problem, problem.init(0)), partial(plain.scores, 0), partial(plain.scores, 2)]
        t, once, zero, two, bare = median([*variants, partial(plain.forward, ready)], device, repeats)
        t -= once
        row = {"network": name, "MFLOP a image": operations(network) / 1e6, "ours, points/s": len(POINTS) / t}
        row |= {"plain / ours, no workers": zero / t, "plain / ours, 2 workers": two / t}
        rows.append(row | {"plain / forward": zero / bare, "ours / forward": t / bare})
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", type=torch.device, default=default_device())
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--networks", nargs="*", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--out", default="benchmarks/surface.csv")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    table = measure(arguments.device, arguments.networks, arguments.images)
    machine = f"{arguments.device}, threads: {arguments.threads}"
    print(f"torch {torch.__version__}, {machine}, {arguments.images} images of {3 * 32 * 32} bytes, fp32")
    print(table.round(3).to_markdown(index=False))
    table.to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
