"""Regression on three intervals of the line (Izmailov et al. 2019, arXiv 1907.07504); drawn, not downloaded.

    y = g(x) + noise z,    z ~ N(0, 1),    x ~ U of [-7.2, -4.8], [-1.2, 1.2] and [4.8, 7.2]

g is a fixed random network like the model `regression_net`: of x/2 and (x/2)^2, layers 200-50-50-50-1 with weights N(0,
2/fan-in) and biases N(0, 1), scaled to mean 0 and variance 1 over the training inputs. Differs from the paper in: g, its scale
and the noise, which are ours; the released points stay where they are. All splits are from the same intervals: what is
between and outside them is for functions over a lattice, not for scores.
"""

import torch

from lossland.inputs.arrays import Arrays
from lossland.options import Count, NonNegative, Seed
from lossland.rng import stream

CENTRES, HALF = (-6.0, 0.0, 6.0), 1.2


def load(root, *, n: Count = 400, noise: NonNegative = 0.2, seed: Seed = 0) -> Arrays:
    """`n` training, n/2 validation and n test points; x [N 1] is the input as it is."""
    x = {split: _inputs(size, stream(seed, "inputs", split)) for split, size in (("train", n), ("val", n // 2), ("test", n))}
    raw = {split: _network(inputs, stream(seed, "network")) for split, inputs in x.items()}
    mean, scale = raw["train"].mean(), raw["train"].std(correction=0)

    def noisy(split):
        z = torch.randn(len(x[split]), generator=stream(seed, "noise", split), dtype=torch.float64)
        return ((raw[split] - mean) / scale + noise * z).float()

    return Arrays({s: inputs.float() for s, inputs in x.items()}, {s: noisy(s) for s in x}, 1, task="regression")


def _inputs(n, rng):
    """[n 1], a third of them in each interval, to one."""
    centre = torch.tensor(CENTRES, dtype=torch.float64)[torch.arange(n) % len(CENTRES)]
    return (centre + HALF * (2 * torch.rand(n, generator=rng, dtype=torch.float64) - 1))[:, None]


def _network(x, rng):
    """g before it is scaled, [n], of x [n 1]."""
    h, widths = torch.cat([x / 2, (x / 2) ** 2], 1), (200, 50, 50, 50, 1)
    for width in widths:
        weight = torch.randn(h.shape[1], width, generator=rng, dtype=torch.float64) * (2 / h.shape[1]) ** 0.5
        h = h @ weight + torch.randn(width, generator=rng, dtype=torch.float64)
        h = h if width == 1 else h.relu()
    return h[:, 0]
