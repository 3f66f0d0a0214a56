"""ResNet for small images (He et al. 2016, arXiv 1512.03385), with and without shortcuts, as in Li et al. 2018.

x -> relu(x + branch(x)), branch = conv 3x3, norm, ReLU, conv 3x3, norm; three stages of `width` k (1, 2, 4) channels; depth
6n+2. Where shapes change, the shortcut is a 1x1 convolution and a norm ("option B").
Differs from He et al. in: their shortcuts have no parameters; as in the code of Li et al. (arXiv 1712.09913).
"""

from math import sqrt
from typing import Literal

from torch import nn

from lossland.options import Count


def build(
    shape,
    classes,
    *,
    depth: Count = 56,
    k: Count = 1,
    shortcuts: bool = True,
    width: Count = 16,
    initialiser: Literal["li2018", "draxler2018"] = "li2018",
) -> nn.Module:
    """`k` is Li et al.'s "WRN-56-k", the stem included; `shortcuts: false` leaves x -> relu(branch(x)), without projections."""
    if depth < 8 or (depth - 2) % 6:
        raise ValueError(f"resnet: depth is 6n+2, not {depth}")
    a = width * k
    layers = [nn.Conv2d(shape[0], a, 3, padding=1, bias=False), nn.BatchNorm2d(a), nn.ReLU()]
    for stage in range(3):
        for i in range((depth - 2) // 6):
            b = width * k * 2**stage
            layers += [_block(a, b, 2 if stage and not i else 1, shortcuts), nn.ReLU()]
            a = b
    return initialise(nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(a, classes)), initialiser)


def initialise(network, initialiser="li2018"):
    """Weights from N(0, deviation^2), biases 0, norms PyTorch's 1 and 0.

    `li2018`: sqrt(2 / fan-in) in convolutions, 1e-3 in linear layers. `draxler2018`: sqrt(1 / fan-in) in both.
    """
    for m in network.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            fan_in = m.weight[0].numel()
            li = sqrt(2 / fan_in) if isinstance(m, nn.Conv2d) else 1e-3
            nn.init.normal_(m.weight, std={"li2018": li, "draxler2018": sqrt(1 / fan_in)}[initialiser])
            if m.bias is not None:
                nn.init.zeros_(m.bias)
    return network


def _block(a, b, stride, shortcuts):
    first = [nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    branch = nn.Sequential(*first, nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b))
    if not shortcuts:
        return branch
    same = (a, 1) == (b, stride)
    return Sum(branch, nn.Identity() if same else nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b)))


class Sum(nn.Module):
    def __init__(self, branch, shortcut):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)
