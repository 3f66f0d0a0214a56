"""No data: one empty example in every split, for a model whose forward pass is a formula of theta (task `analytic`)."""

import torch

from lossland.inputs.arrays import SPLITS, Arrays


def load(root) -> Arrays:
    x, y = (dict.fromkeys(SPLITS, torch.zeros(shape)) for shape in ((1, 0), 1))
    return Arrays(x, y, 1, task="analytic")
