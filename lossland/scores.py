"""Scores of predictive distributions p [N C] against labels y [N]; nll in nats, all others as fractions.

nll = -mean log p_y      error = mean [argmax p != y]      brier = mean sum_c (p_c - [c = y])^2, in [0, 2]
ece = sum over 15 bins of (share of the bin) |accuracy - confidence|      (Guo et al. 2017, arXiv 1706.04599)
"""

import torch
from torch.nn import functional as F


def scores(p, y) -> dict[str, float]:
    from torchmetrics.functional.classification import multiclass_calibration_error

    p = p.double()
    return {
        "nll": F.nll_loss(p.clamp(min=torch.finfo(p.dtype).tiny).log(), y).item(),
        "error": (p.argmax(1) != y).double().mean().item(),
        "brier": (p - F.one_hot(y, p.shape[1])).square().sum(1).mean().item(),
        "ece": multiclass_calibration_error(p.float(), y, p.shape[1], n_bins=15).item(),
    }
