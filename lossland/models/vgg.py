"""VGG-16 and VGG-19 for 32 x 32 images (Simonyan & Zisserman 2015), as Garipov et al. 2018 and Benton et al. 2021 use them.

3x3 convolutions in five groups, max-pool after each; dropout, 512, ReLU, dropout, 512, ReLU, classes. Convolutions start
from N(0, 2 / (9 channels out)) with zero biases. Differs from the released code in: with batch norm, all layers are used
(there, half of them are silently skipped).
"""

from math import sqrt
from typing import Literal

from torch import nn

from lossland.options import Fraction

REPEATS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def build(shape, classes, *, depth: Literal[16, 19] = 16, batch_norm: bool = False, dropout: Fraction = 0.5) -> nn.Module:
    layers, channels = [], shape[0]
    for width, repeats in zip((64, 128, 256, 512, 512), REPEATS[depth], strict=True):
        for _ in range(repeats):
            conv = nn.Conv2d(channels, width, 3, padding=1)
            nn.init.normal_(conv.weight, 0, sqrt(2 / (9 * width)))
            nn.init.zeros_(conv.bias)
            layers += [conv, *([nn.BatchNorm2d(width)] if batch_norm else []), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    size = 512 * (shape[1] // 32) * (shape[2] // 32)
    head = [nn.Dropout(dropout), nn.Linear(size, 512), nn.ReLU(), nn.Dropout(dropout), nn.Linear(512, 512), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), *head, nn.Linear(512, classes))
