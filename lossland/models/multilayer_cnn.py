"""SmallCNN and MediumCNN of Fort et al. 2019 (arXiv 1912.02757): convolutions of one shape in a row, then a linear layer.

    conv 3x3, dropout, max-pool 2x2 that rounds up, ReLU;    no ReLU after the last convolution
    SmallCNN    channels 16, 32, 32          MediumCNN    channels 64, 128, 256, 256

As in the released code (google-deepmind/deepmind-research, ensemble_loss_landscape), biases are random too. SmallCNN's
channels are remembered, not released. Differs from its trainings in: there batches are drawn with replacement, 386 of 128 an
epoch, here the examples come in a random order, each once.
"""

from itertools import pairwise
from math import sqrt
from typing import Literal

from torch import nn

from lossland.options import Count, Fraction


def build(
    shape,
    classes,
    *,
    channels: list[Count] = (16, 32, 32),
    dropout: Fraction = 0.1,
    initialiser: Literal["official", "pytorch"] = "official",
) -> nn.Module:
    """`initialiser: official` draws weights and biases uniformly up to sqrt(6 / (fan-in + fan-out)); `pytorch` is its own."""
    layers, side = [], list(shape[1:])
    for a, b in pairwise([shape[0], *channels]):
        layers += [nn.Conv2d(a, b, 3, padding=1), nn.Dropout(dropout), nn.MaxPool2d(2, ceil_mode=True), nn.ReLU()]
        side = [-(-s // 2) for s in side]
    network = nn.Sequential(*layers[:-1], nn.Flatten(), nn.Linear(channels[-1] * side[0] * side[1], classes))
    if initialiser == "official":
        for m in network:
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(m.weight)
                limit = sqrt(6 / (1 + len(m.bias)))  # a bias of n outputs counts as a layer of one input
                nn.init.uniform_(m.bias, -limit, limit)
    return network
