"""Pre-activation ResNet for small images (He et al. 2016, arXiv 1603.05027), as in Garipov et al. 2018.

Three stages of 16, 32, 64 channels; depth 6n+2 with basic blocks, 9n+2 with bottlenecks (four times the channels out).
Differs from the released code in: both kinds of block at any depth that fits.
"""

from math import sqrt
from typing import Literal

from torch import nn

from lossland.models.resnet import Sum
from lossland.options import Count


def build(
    shape, classes, *, depth: Count = 20, block: Literal["auto", "basic", "bottleneck"] = "auto", width: Count = 16
) -> nn.Module:
    """`block: auto` takes bottlenecks from depth 44 on where 9n+2 fits (as the released code), else basic blocks."""
    if block == "auto":
        block = "bottleneck" if depth >= 44 and (depth - 2) % 9 == 0 else "basic"
    layers = {"basic": 6, "bottleneck": 9}[block]
    if depth < 2 + layers or (depth - 2) % layers:
        raise ValueError(f"preresnet: depth is {layers}n+2 with {block} blocks, not {depth}")
    return PreResNet(shape[0], classes, (depth - 2) // layers, block == "bottleneck", width)


class PreResNet(nn.Module):
    def __init__(self, channels, classes, repeats, bottleneck, width):
        super().__init__()
        self.stem = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        blocks, a = [], width
        for stage in range(3):
            for i in range(repeats):
                blocks.append(_block(a, width * 2**stage, 2 if stage and not i else 1, bottleneck))
                a = width * 2**stage * (4 if bottleneck else 1)
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(nn.BatchNorm2d(a), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(a, classes))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.normal_(m.weight, 0, sqrt(2 / (m.kernel_size[0] * m.kernel_size[1] * m.out_channels)))

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def _block(a, width, stride, bottleneck):
    """norm, ReLU, convolution two or three times, beside a shortcut that is a 1x1 convolution where shapes change."""
    out = width * 4 if bottleneck else width
    # (channels in, channels out, kernel, stride) of each convolution
    convs = [(a, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)]
    if not bottleneck:
        convs = [(a, width, 3, stride), (width, width, 3, 1)]
    layers = []
    for i, o, kernel, s in convs:
        layers += [nn.BatchNorm2d(i), nn.ReLU(), nn.Conv2d(i, o, kernel, s, kernel // 2, bias=False)]
    return Sum(nn.Sequential(*layers), nn.Identity() if (a, 1) == (out, stride) else nn.Conv2d(a, out, 1, stride, bias=False))
