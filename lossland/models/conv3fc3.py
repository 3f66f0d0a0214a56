"""Three convolutions and three linear layers ("3conv3fc", Garipov et al. 2018, Table 2 and figure 7; arXiv 1802.10026).

conv 5x5 of 32, 64, 128 channels, each with ReLU and max-pool 3 / 2; hidden linear layers of 1000 K units.
"""

from itertools import pairwise

import torch
from torch import nn

from lossland.options import Positive


def build(shape, classes, *, k: Positive = 1.0) -> nn.Module:
    """`k` scales the width of the linear layers (figure 7: 0.3, 0.5, 0.8, 1)."""
    layers = []
    for a, b in pairwise([shape[0], 32, 64, 128]):
        layers += [nn.Conv2d(a, b, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)]
    features = nn.Sequential(*layers, nn.Flatten())
    size = features(torch.zeros(1, *shape)).shape[1]
    width = round(1000 * k)
    head = [nn.Linear(size, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, classes)]
    return nn.Sequential(features, *head)
