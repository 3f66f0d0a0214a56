"""DenseNet for small images (Huang et al. 2017, arXiv 1608.06993), as in Li et al. 2018 and Draxler et al. 2018.

x -> (branch(x), x), branch = norm, ReLU, conv 3x3 of `growth` channels, or a 1x1 of four times as many before it; between
blocks norm, ReLU, conv 1x1 to a share `compression` of the channels, average-pool 2. Stem 3x3 of 2 `growth` channels, no
pooling after it; at the end norm, ReLU, average over the image, linear.
Differs from Huang et al. in: their DenseNet-40-12 has a stem of 16 channels; as released with Draxler et al.
"""

from typing import Literal

import torch
from torch import nn

from lossland.models.resnet import initialise
from lossland.options import Count, Fraction


def build(
    shape,
    classes,
    *,
    blocks: list[Count] = (6, 12, 24, 16),
    growth: Count = 32,
    bottleneck: bool = True,
    compression: Fraction = 0.5,
    initialiser: Literal["li2018", "draxler2018"] = "li2018",
) -> nn.Module:
    """The defaults are DenseNet-121 (Li et al.). Draxler et al.'s: DenseNet-40-12 is `blocks: [12, 12, 12]`, `growth: 12`,
    `bottleneck: false`, `compression: 1`; DenseNet-100-12-BC is `blocks: [16, 16, 16]`, `growth: 12`.
    """
    if not blocks or min(shape[1:]) < 2 ** (len(blocks) - 1):
        raise ValueError(f"densenet: {len(blocks)} blocks do not fit images of {shape[1]} x {shape[2]}; all but one halve them")
    a = 2 * growth
    layers = [nn.Conv2d(shape[0], a, 3, padding=1, bias=False)]
    for i, repeats in enumerate(blocks):
        if i:
            kept = int(a * compression)
            if not kept:
                raise ValueError(f"densenet: compression {compression} keeps none of {a} channels; take a larger share")
            layers += [*_convolution(a, kept, 1), nn.AvgPool2d(2)]
            a = kept
        for _ in range(repeats):
            layers.append(Grow(a, growth, bottleneck))
            a += growth
    head = [nn.BatchNorm2d(a), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(a, classes)]
    return initialise(nn.Sequential(*layers, *head), initialiser)


def _convolution(a, b, kernel):
    return [nn.BatchNorm2d(a), nn.ReLU(), nn.Conv2d(a, b, kernel, padding=kernel // 2, bias=False)]


class Grow(nn.Module):
    def __init__(self, a, growth, bottleneck):
        super().__init__()
        first = _convolution(a, 4 * growth, 1) if bottleneck else []
        self.branch = nn.Sequential(*first, *_convolution(4 * growth if bottleneck else a, growth, 3))

    def forward(self, x):
        return torch.cat([self.branch(x), x], 1)
