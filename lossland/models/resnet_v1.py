"""ResNet20v1 of Fort et al. 2019 (arXiv 1912.02757): the residual network of the Keras example for CIFAR-10.

x -> relu(x + branch(x)), branch = conv 3x3, norm, ReLU, conv 3x3, norm; three stages of `width` (1, 2, 4) channels; depth 6n+2.
All convolutions have biases; where shapes change, the shortcut is a 1x1 convolution without a norm. Weights are He-normal,
cut off at two deviations.
Differs from the example in: strided convolutions are padded on all sides, not only below and on the right; the weight decay
of a recipe acts on all parameters, the example's (1e-4 |w|^2) on the kernels of convolutions. And its data: there images are
shifted by up to a tenth and filled with the nearest pixel, here with zeros (`crop`), and its input is in [0, 1] less the mean
of each pixel, here less one mean for each channel, over its deviation.
"""

from math import sqrt

from torch import nn

from lossland.models.resnet import Sum
from lossland.options import Count

CUT = 0.87962566  # standard deviation of a standard normal that is cut off at -2 and 2


def build(shape, classes, *, depth: Count = 20, width: Count = 16) -> nn.Module:
    if depth < 8 or (depth - 2) % 6:
        raise ValueError(f"resnet_v1: depth is 6n+2, not {depth}")
    layers, a = [*_convolution(shape[0], width), nn.ReLU()], width
    for stage in range(3):
        for i in range((depth - 2) // 6):
            b = width * 2**stage
            layers += [_block(a, b, 2 if stage and not i else 1), nn.ReLU()]
            a = b
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(a, classes))
    for m in network.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            deviation = sqrt(2 / m.weight[0].numel()) / CUT
            nn.init.trunc_normal_(m.weight, std=deviation, a=-2 * deviation, b=2 * deviation)
            nn.init.zeros_(m.bias)
    return network


def _convolution(a, b, stride=1):
    return nn.Conv2d(a, b, 3, stride, 1), nn.BatchNorm2d(b, eps=1e-3)


def _block(a, b, stride):
    branch = nn.Sequential(*_convolution(a, b, stride), nn.ReLU(), *_convolution(b, b))
    return Sum(branch, nn.Identity() if (a, 1) == (b, stride) else nn.Conv2d(a, b, 1, stride))
