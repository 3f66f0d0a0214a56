"""CNN-W and CNN-WxD (Draxler et al. 2018, arXiv 1803.00885): D = `depth` convolutions of W = `width` channels, one wide layer.

conv 5x5, max-pool 2, batch norm, ReLU, repeated D times; linear to 256, batch norm, ReLU; linear. They start from
N(0, 1 / fan-in), biases 0. Pooling makes deeper ones smaller, for the first linear layer has most of the parameters.
Differs from the released code in: no Dropout2d, whose probability is 0 there; logits, not their logarithms of softmax.
"""

from torch import nn

from lossland.models.resnet import initialise
from lossland.options import Count


def build(shape, classes, *, width: Count = 12, depth: Count = 1, hidden: Count = 256) -> nn.Module:
    """Each convolution halves the image. Raises ValueError if nothing of it would be left."""
    if min(shape[1:]) < 2**depth:
        raise ValueError(f"cnn_wxd: depth {depth} is too much for images of {shape[1]} x {shape[2]}; each layer halves them")
    layers, a = [], shape[0]
    for _ in range(depth):
        layers += [nn.Conv2d(a, width, 5, padding=2), nn.MaxPool2d(2), nn.BatchNorm2d(width), nn.ReLU()]
        a = width
    area = (shape[1] // 2**depth) * (shape[2] // 2**depth)
    head = [nn.Linear(width * area, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, classes)]
    return initialise(nn.Sequential(*layers, nn.Flatten(), *head), "draxler2018")
