"""The segment between two networks with the statistics of their hidden units mended: REPAIR (Jordan et al. 2022, arXiv
2211.08403).

    theta(t) = (1 - t) theta_1 + t theta_2, and in it, one hidden layer x = w h + b after another, for each unit
    w <- g w,    b <- m + g (b - E[x]),    g = s / Std[x]
    m = (1 - t) E_1[x] + t E_2[x],    s = (1 - t) Std_1[x] + t Std_2[x]

Mean and deviation are those over the training data, and all places of an image, dropout off. Differs from the released code
in: each layer is measured when those before it are mended, in a pass of its own, so that the statistics are the goal's; there
all are renormalised in one pass, by batches. Nothing is trained.
"""

from typing import Annotated

import torch

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace
from lossland.options import Between, TwoSources
from lossland.symmetries.tracing import watched


@torch.no_grad()
def build(problem, sources: TwoSources, *, corners: Annotated[int, Between(3)] = 11) -> Subspace:
    """The chain through `corners` mended points at equal shares of the segment; its ends are the sources.

    Hidden are the linear layers and convolutions whose units may be permuted; all others, as those that make the outputs or
    are read by an operation that `lossland.symmetries` does not know, are only interpolated. Raises ValueError for a network
    with batch norm, without hidden layers, with a hidden layer without a bias of its own, or with a layer that runs twice.
    """
    hidden = _hidden(problem)
    first, second = (source.end.cpu() for source in sources)
    goals = [_statistics(problem, end) for end in (first, second)]
    between = [i / (corners - 1) for i in range(1, corners - 1)]
    anchors = torch.stack([first, *(first.lerp(second, t) for t in between), second])
    for t, theta in zip(between, anchors[1:], strict=False):
        for layer in hidden:
            goal = torch.lerp(*(g[layer] for g in goals), t)
            _mend(problem.space.filters(theta), layer, _statistics(problem, theta)[layer], goal)
    return Subspace(anchors, PolyChain(corners), sources[0].decay)


def _hidden(problem):
    """The names of the hidden layers in the order they run."""
    space, layers = problem.space, []
    if space.normalised:
        raise ValueError("repair is for networks without batch norm; with it, bn: recalibrate on a line does the same")
    _, inputs, _ = next(problem.batches("train", 8))
    with space.overheard(lambda name, x: layers.append(name)):
        space.predict(problem.init(0), {}, *inputs)
    for layer in layers:
        if layers.count(layer) > 1 or f"{layer}.weight" not in space.names:
            raise ValueError(
                f"repair mends each layer for one place in the network, and {layer} runs more than once or shares its weight; "
                "take a line"
            )
    axes = watched(problem).axes
    hidden = [layer for layer in layers if any(c for c, _, _ in axes[f"{layer}.weight"][0])]
    if not hidden:
        raise ValueError("repair mends hidden linear layers and convolutions, and this network has none; take a line")
    for layer in hidden:
        if f"{layer}.bias" not in space.names:
            raise ValueError(f"repair shifts the bias of every hidden layer, and {layer} has none of its own; give it one")
    return hidden


def _statistics(problem, theta):
    """Mean and deviation [2 units], float64, of each layer's outputs over the training data, by name, in the order they run."""
    sums = {}

    def hear(name, x):
        x = x.double()
        sums[name] = sums.get(name, 0) + torch.stack([torch.ones_like(x[0]) * len(x), x.sum(0), (x * x).sum(0)])

    theta = problem.point(theta)
    with problem.space.overheard(hear):
        for _, inputs, _ in problem.batches("train"):
            with problem.arithmetic():
                problem.space.predict(theta, {}, *inputs)
    means = {name: (s[1:] / s[0]).cpu() for name, s in sums.items()}
    return {name: torch.stack([m, (square - m * m).clamp(min=0).sqrt()]) for name, (m, square) in means.items()}


def _mend(filters, layer, now, goal):
    """A unit that is the same everywhere is only shifted."""
    weight, bias = filters[f"{layer}.weight"], filters[f"{layer}.bias"][0]
    gain = torch.where(now[1] > 0, goal[1] / now[1], 1.0)
    weight.mul_(gain.view(*weight.shape[:2], *[1] * (weight.ndim - 2)))
    bias.copy_(goal[0] + gain * (bias - now[0]))
