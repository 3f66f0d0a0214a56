"""The course of a training whose points were kept (Garipov et al. 2018, arXiv 1802.10026, figure 3, left).

    distance = |theta_i - theta_0| from the first point that was kept        norm = |theta_i|

quantity: the scores of the task (nll, error) and loss = nll + weight_decay/2 |theta_i|^2, the decay of the training
"""

import pandas as pd
import torch

from lossland.landscape.evaluate import evaluate, quantities
from lossland.options import BatchNorm, Splits

SCHEMA = {
    "index": "int64", "epoch": "float64", "lr": "float64", "distance": "float64", "norm": "float64", "split": "string",
    "quantity": "string", "value": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["index", "split", "quantity"]


def measure(problem, subspace, *, splits: Splits = ("train", "test"), bn: BatchNorm = "recalibrate") -> pd.DataFrame:
    """`epoch` counts those of this training, `lr` is the rate of the last step before, NaN if not known.

    Raises ValueError without a training."""
    several = any(len(subspace.notes[name].unique()) > 1 for name in ("source", "within") if name in subspace.notes)
    if several or "epoch" not in subspace.notes:
        raise ValueError(f"dynamics follows one training, and {subspace.chart} notes no epochs of one; name a network or a run")
    u = subspace.chart.grid(None)
    table = evaluate(problem, subspace, u, splits, bn)
    norm = subspace.norms(u)
    columns = {
        "index": torch.arange(len(u)),
        "epoch": subspace.notes["epoch"].double(),
        "lr": subspace.notes.get("lr", torch.nan),
    }
    columns |= {"distance": subspace.distances(u, u[:1]), "norm": norm}
    weight = subspace.decay.get("weight_decay", torch.tensor(0.0)).double()
    found = quantities(problem, table, splits, 0.5 * weight * norm.square())
    parts = [{"split": s, "quantity": q, "value": v, "examples": problem.size(s)} for s, q, v in found]
    return pd.concat([pd.DataFrame(columns | part) for part in parts])
