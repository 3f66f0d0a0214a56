"""How large a network is, how long it was trained, and how well: the scores of its last point on each split that there is.

quantity: the scores of the task (nll, error)
"""

import pandas as pd
import torch

from lossland.landscape.evaluate import evaluate, grid

SCHEMA = {"parameters": "int64", "epochs": "float64", "split": "string", "quantity": "string", "value": "float64"}
KEY = ["split", "quantity"]
SPLITS = ("train", "test")


def measure(problem, subspace) -> pd.DataFrame:
    """`epochs` is NaN if the network was not trained here; batch-norm statistics are recalibrated."""
    splits = [split for split in SPLITS if problem.size(split)]
    values = evaluate(problem, subspace, grid(subspace.chart, 2)[-1:], splits)[0]
    epochs = float(subspace.notes.get("epoch", torch.tensor([torch.nan]))[-1])
    return pd.DataFrame(
        [
            {
                "parameters": problem.space.dimension,
                "epochs": epochs,
                "split": split,
                "quantity": quantity,
                "value": float(value),
            }
            for split, scores in zip(splits, values, strict=True)
            for quantity, value in zip(problem.task.SCORES, scores, strict=True)
        ]
    )
