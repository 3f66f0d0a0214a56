"""Any classifier of torchvision by its name (`resnet18`, `vit_b_16`, ...), from its own random initialisation."""

import torchvision.models
from torch import nn


def build(shape, classes, *, name: str) -> nn.Module:
    if name not in torchvision.models.list_models():
        from lossland.options import nearest

        raise ValueError(f"torchvision has no model {name}{nearest(name, torchvision.models.list_models())}")
    return torchvision.models.get_model(name, weights=None, num_classes=classes)
