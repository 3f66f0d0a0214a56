"""The shape of a path from the values along it (Garipov et al. 2018, Table 2); a table made from a `landscape` table.

    int  = integral of v over arc length / length  (trapezoids)      mean = plain mean over the grid, uniform in t
    ratio = length / |theta(1) - theta(0)|                           instability = max_t v(t) - (v(0) + v(1)) / 2
    climb = max over s <= t of v(t) - v(s), 0 of what never rises

`instability` is that of Frankle et al. 2020 (arXiv 1912.05671), `barrier` that of `lossland.statistics.barrier`, `climb` the
Delta of Lucas et al. 2021 (arXiv 2104.11044). On other than training data barrier and instability are without the luck of a
maximum, which `max` and `climb` keep (`lossland.statistics.barrier`); `luck` is the standard error of the instability that the
choice of the examples leaves, half the difference of their halves.
"""

from typing import Annotated

import numpy as np
import pandas as pd

from lossland.statistics.barrier import barrier, elsewhere, seen
from lossland.statistics.tables import one_landscape

SCHEMA = {
    "split": "string", "quantity": "string", "start": "float64", "end": "float64", "min": "float64", "int": "float64",
    "mean": "float64", "max": "float64", "barrier": "float64", "instability": "float64", "luck": "float64",
    "climb": "float64", "length": "float64", "ratio": "float64", "examples": "int64",
}  # fmt: skip
KEY = ["split", "quantity"]


def measure(table: Annotated[pd.DataFrame, "landscape"]) -> pd.DataFrame:
    """`table` is the landscape of one path, from t = 0 to 1. Raises ValueError if it is of several, or goes on beyond."""
    table = one_landscape(table, "shape").sort_values("index")
    if table["arc"].isna().any() or not table["arc"].max() > 0:
        raise ValueError("shape needs a path with a length; this table is of a surface, a single point or copies of one")
    if (ends := (table["u0"].min(), table["u0"].max())) != (0, 1):
        raise ValueError(
            f"shape condenses a path from t = 0 to 1, and this one goes from {ends[0]:g} to {ends[1]:g}; name another"
        )
    return pd.DataFrame([dict(zip(KEY, key, strict=True)) | _statistics(path) for key, path in table.groupby(KEY)])


def _statistics(path):
    v, arc, t = (path[column].to_numpy() for column in ("value", "arc", "u0"))
    halves = seen(path)
    tops = elsewhere(halves) - halves[:, [0, -1]].mean(axis=1)
    length, chord = arc[-1], path["displacement"].to_numpy()[-1]
    return {
        "start": v[0],
        "end": v[-1],
        "min": v.min(),
        "int": np.trapezoid(v, arc) / length,
        "mean": v.mean(),
        "max": v.max(),
        "barrier": barrier(t, halves),
        "instability": tops.mean(),
        "luck": np.ptp(tops) / 2,
        "climb": (v - np.minimum.accumulate(v)).max(),
        "length": length,
        "ratio": length / chord,
        "examples": path["examples"].iloc[0],
    }
