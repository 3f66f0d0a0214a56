"""Points of surfaces and curves: against loss-landscapes, Landscaper, and the loops of released codes.

Surface: a ResNet-20 and 1,000 random images of 32 x 32, batch-norm statistics kept, on one plane. loss-landscapes takes all
images in one batch, as its metric does; Landscaper's function is ours to write, and takes all, or batches of 128. A plain
loop, as that of Li et al., loads a state and reads PIL images at each point. Forward is the bare network, inputs ready and
channels last: the floor. Losses are compared. Adaptive: 21 x 21 points by the share of them that `adaptive: 0.05` measures of
a ResNet-20 that was trained on MNIST of 14 x 14 (200 images); that all others are within what it states is checked against
the whole surface. Curve: a PreResNet-8, 512 images of each split; at each point the statistics are calibrated on the training
data, then both splits are scored, as the released code of Garipov et al. does.
"""

from dataclasses import replace
from functools import partial

import torch
from PIL import Image
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from turns import images, peer, row, taken

from lossland.data import mnist_subset
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.landscape.adaptive import surface
from lossland.landscape.directions import around, random_direction
from lossland.landscape.evaluate import calibrated, evaluate
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import sgd
from lossland.models import preresnet, resnet
from lossland.options import Recipe
from lossland.rng import stream

POINTS, SIDE, TOLERANCE = 4, 21, 0.05


class Photographs(Dataset):
    """Images as torchvision's CIFAR-10 yields them: arrays that become PIL images, then go through transforms."""

    def __init__(self, x, y):
        self.x, self.y = x.permute(0, 2, 3, 1).contiguous().cpu().numpy(), y.cpu()
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.25,) * 3)])

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.transform(Image.fromarray(self.x[i])), self.y[i]


class Plain:
    """The mean loss of each split at a point, by a module that is loaded anew."""

    def __init__(self, problem, module, splits, size):
        self.problem, self.module = problem, module.to(problem.device)
        data = problem.data
        self.loaders = {s: DataLoader(Photographs(data.x[s], data.y[s]), size) for s in splits}

    @torch.no_grad()
    def __call__(self, theta, state=None):
        self.module.load_state_dict(self.problem.space.unravel(theta) | (state or {}), strict=False)
        if state is None:
            self._calibrate()
        self.module.eval()
        return [self._loss(loader) for loader in self.loaders.values()]

    def _batches(self, loader):
        return ((x.to(self.problem.device), y.to(self.problem.device)) for x, y in loader)

    def _loss(self, loader):
        losses = (F.cross_entropy(self.module(x), y, reduction="sum").item() for x, y in self._batches(loader))
        return sum(losses) / len(loader.dataset)

    def _calibrate(self):
        norms, seen = [m for m in self.module.modules() if isinstance(m, torch.nn.BatchNorm2d)], 0
        self.module.train()
        for x, _ in self._batches(self.loaders["train"]):
            seen += len(x)
            for norm in norms:
                norm.momentum = len(x) / seen
            self.module(x)


def plane(problem, network):
    """Two filter-normalised directions around a network."""
    drawn = [random_direction(problem.space, network.end, stream(0, "direction", i)) for i in range(2)]
    return around(network, torch.stack(drawn), box=[(-1.0, 1.0)] * 2)


def rows(device, tiny=False):
    yield from _surface(device, tiny)
    yield from _curve(device, tiny)


def _surface(device, tiny):
    n, points, rounds = (32, 1, 1) if tiny else (1000, POINTS, 1)
    build = partial(resnet.build, (3, 32, 32), 10, depth=8 if tiny else 20)
    problem = Problem(ParamSpace(build), images(n), device)
    subspace = plane(problem, Subspace(problem.init(0)[None], Points(1)))
    # the points of the first row of loss-landscapes' grid
    side = round(points**0.5)
    u = torch.tensor([[i / side, j / side] for i in range(side) for j in range(1, side + 1)], dtype=torch.float64)
    state = calibrated(problem, problem.init(0))
    thetas = subspace.at(u).to(device)
    plain = Plain(problem, build(), ["train"], problem.at_once)
    x = torch.cat([inputs for _, (inputs,), _ in problem.batches("train", shuffled=False)]).contiguous()
    y, last = problem.data.y["train"], x.contiguous(memory_format=torch.channels_last)

    def module(at):
        made = build().to(device).eval()
        made.load_state_dict(problem.space.unravel(subspace.at(torch.tensor([at]))[0].to(device)) | state, strict=False)
        return made

    centre = module([0.0, 0.0])

    @torch.no_grad()
    def forward():
        for _ in u:
            for part in last.split(problem.at_once):
                centre(part)

    def ours(problem):
        return evaluate(problem, subspace, u, ["train"], "keep")[:, 0, 0]

    own = replace(problem, compiled=frozenset(map(len, problem.rows("train", problem.at_once))))
    variants = {"ours": partial(ours, problem), "calibration": partial(calibrated, problem, thetas[0]), "forward": forward}
    variants["a plain loop"] = lambda: [plain(theta, state)[0] for theta in thetas]
    if not tiny:
        variants["ours, compiled"] = partial(ours, own)
    if loss_landscapes := peer("loss_landscapes"):
        metric = loss_landscapes.metrics.Loss(F.cross_entropy, x, y)
        ends = [module(at) for at in ([0.0, 0.0], [1.0, 0.0], [0.0, 1.0])]
        planar = partial(loss_landscapes.planar_interpolation, *ends, metric, steps=side, deepcopy_model=True)
        variants["loss-landscapes"] = torch.no_grad()(planar)
    if landscaper := peer("landscaper"):
        axes = [list(problem.space.unravel(d.to(device)).values()) for d in subspace.anchors[1:]]
        for name, size in {"Landscaper": n, "Landscaper, batches of 128": 128}.items():
            variants[name] = partial(_landscaper, landscaper, module([0.0, 0.0]), (x, y), axes, size, side, device)
    expected = variants["ours"]()
    others = [variants[name]() for name in ("a plain loop", "loss-landscapes") if name in variants]
    for found in others:
        first = torch.as_tensor(found, dtype=torch.float64).flatten()[0]
        torch.testing.assert_close(first, expected[0], rtol=1e-4, atol=1e-4)
    seconds = {name: took / points for name, took in taken(variants, device, rounds).items()}
    once, share, beyond = seconds.pop("calibration"), *_adaptive(device, tiny)
    goals, theirs = {"loss-landscapes": 2, "Landscaper": 2, "a plain loop": 3}, [k for k in seconds if "ours" not in k]
    compiled = seconds.get("ours, compiled", seconds["ours"]) - once
    s = seconds["ours"] - once
    for name in theirs:
        yield row("point of a surface of ResNet-20", "s", s, name, seconds[name])
    if not tiny:
        yield row("the same, compiled", "s", compiled, "ours, eager", s)
    whole, work = SIDE**2, "21 x 21 points, adaptive, compiled"
    for name in theirs:
        yield row(work, "s", whole * share * compiled + once, name, whole * seconds[name], goals.get(name))
    yield row("21 x 21 points, adaptive", "points measured", whole * share, "all", whole)
    few = 0.03 * whole * (1 - share)
    yield row("21 x 21 points, adaptive", "points beyond the error stated", beyond, "3 % of those left out", few, 1)


def _landscaper(landscaper, module, data, axes, size, side, device):
    x, y = data

    def loss(module, _):
        parts = zip(x.split(size), y.split(size), strict=True)
        return sum(F.cross_entropy(module(a), b, reduction="sum").item() for a, b in parts) / len(y)

    return landscaper.compute.compute_loss_landscape(module, data, axes, loss, side, 0.5, 2, device.type)


def _adaptive(device, tiny):
    """(share of the points that is measured, how many others are off by more than stated)."""
    data, side = mnist_subset.load(None), 9 if tiny else SIDE
    build = partial(resnet.build, data.shape, 10, depth=8 if tiny else 20)
    problem = Problem(ParamSpace(build), data, device, examples=20 if tiny else 200)
    recipe = Recipe(1 if tiny else 5, 0.1, batch_size=50)
    network = sgd.build(problem if tiny else replace(problem, examples=None), [], recipe=recipe, seed=1)
    subspace = plane(problem, network)
    u = subspace.chart.grid(side).double()
    whole = evaluate(problem, subspace, u, ["train"], "keep")[:, 0, :1]
    found, off = surface((side, side), lambda at: whole[at], TOLERANCE, [True], stream("adaptive"))
    measured = off == 0
    return measured.double().mean().item(), int(((found - whole).abs() > off)[~measured].sum())


def _curve(device, tiny):
    n, points = (16, 1) if tiny else (512, 3)
    build = partial(preresnet.build, (3, 32, 32), 10, depth=8)
    problem = Problem(ParamSpace(build), images(n), device)
    curve = Subspace(torch.stack([problem.init(seed) for seed in range(3)]), Bezier(3))
    u, splits = curve.chart.grid(points + 2).double()[1:-1], ["train", "test"]
    plain = Plain(problem, build(), splits, 128)
    variants = {"ours": partial(evaluate, problem, curve, u, splits)}
    variants["a plain loop"] = lambda: [plain(theta) for theta in curve.at(u).to(device)]
    found, expected = variants["ours"]()[:, :, 0], torch.tensor(variants["a plain loop"](), dtype=torch.float64)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    seconds = taken(variants, device, 1 if tiny else 3, points)
    yield row("point of a curve of PreResNet-8", "s", seconds["ours"], "a plain loop, as released", seconds["a plain loop"], 3)
