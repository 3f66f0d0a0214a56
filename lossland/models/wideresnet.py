"""Wide ResNet for small images (Zagoruyko & Komodakis 2016, arXiv 1605.07146), as in Garipov et al. 2018: WRN-28-10.

Pre-activation basic blocks of 16, 32, 64 times `k` channels; depth 6n+4; convolutions with biases, as in the released code.
"""

from torch import nn

from lossland.models.resnet import Sum
from lossland.options import Count, Fraction


def build(shape, classes, *, depth: Count = 28, k: Count = 10, dropout: Fraction = 0.0) -> nn.Module:
    if depth < 10 or (depth - 4) % 6:
        raise ValueError(f"wideresnet: depth is 6n+4, not {depth}")
    return WideResNet(shape[0], classes, (depth - 4) // 6, k, dropout)


class WideResNet(nn.Module):
    def __init__(self, channels, classes, repeats, k, dropout):
        super().__init__()
        blocks, a = [], 16
        for stage in range(3):
            for i in range(repeats):
                blocks.append(_block(a, 16 * k * 2**stage, 2 if stage and not i else 1, dropout))
                a = 16 * k * 2**stage
        norm = [nn.BatchNorm2d(a), nn.ReLU()]
        head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(a, classes)]
        self.layers = nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1), *blocks, *norm, *head)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.layers(x)


def _block(a, b, stride, dropout):
    first = [nn.BatchNorm2d(a), nn.ReLU(), nn.Conv2d(a, b, 3, padding=1), nn.Dropout(dropout)]
    branch = nn.Sequential(*first, nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, stride, 1))
    return Sum(branch, nn.Identity() if (a, 1) == (b, stride) else nn.Conv2d(a, b, 1, stride))
