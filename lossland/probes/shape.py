"""The shape of a path from the values along it (Garipov et al. 2018, Table 2); a table made from a `landscape` table.

    int  = integral of v over arc length / length  (trapezoids)      mean = plain mean over the grid, uniform in t
    barrier = max_t [ v(t) - ((1-t) v(0) + t v(1)) ]                 ratio = length / |theta(1) - theta(0)|

`barrier` is measured against the linear interpolation of the ends; papers differ. `quantity` is nll, error, or loss =
nll + weight_decay/2 |theta|^2.
"""

import numpy as np
import pandas as pd

from lossland.options import NonNegative

SCHEMA = {
    "split": "string", "quantity": "string", "start": "float64", "end": "float64", "min": "float64", "int": "float64",
    "mean": "float64", "max": "float64", "barrier": "float64", "length": "float64", "ratio": "float64",
}  # fmt: skip
KEY = ["split", "quantity"]


def measure(table: pd.DataFrame, *, weight_decay: NonNegative = 0.0) -> pd.DataFrame:
    """`table` is the landscape of one path; `weight_decay` is the one that its training used."""
    table = table[table["mark"] == "grid"].sort_values("index")
    table = table.assign(loss=table["nll"] + 0.5 * weight_decay * table["l2"])
    rows = []
    for split, path in table.groupby("split"):
        for quantity in ("loss", "nll", "error"):
            rows.append({"split": split, "quantity": quantity} | _statistics(path, path[quantity].to_numpy()))
    return pd.DataFrame(rows)


def _statistics(path, v):
    arc, t = path["arc"].to_numpy(), path["u0"].to_numpy()
    length, chord = arc[-1], path["displacement"].to_numpy()[-1]
    return {
        "start": v[0],
        "end": v[-1],
        "min": v.min(),
        "int": np.trapezoid(v, arc) / length,
        "mean": v.mean(),
        "max": v.max(),
        "barrier": (v - ((1 - t) * v[0] + t * v[-1])).max(),
        "length": length,
        "ratio": length / chord,
    }
