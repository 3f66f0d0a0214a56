"""Garipov et al. 2018 (arXiv 1802.10026): the train loss along one curve, right and as the released code measures it.

    right        nll + weight_decay/2 |theta|^2, on the training data as they are
    norms        nll + weight_decay/2 sum_p |p| over the parameter tensors p      (its plane.py and connect.py)
    augmented    on training data under random augmentation, other draws at every point      (its eval_curve.py, plane.py)

ends = the higher of the two, int = integral over arc length / length (trapezoids); nats, mean and std over the curves.
"""

import numpy as np
import pandas as pd

from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
The train loss along the same curves, measured in three ways: rightly, with the norms of the parameter tensors where their
squares belong, and on augmented training data, as the code released with the paper does when it draws planes and when it
evaluates curves. Below each number stands its difference from the right one, curve by curve. The losses in the README of
that code are on augmented data.
"""
STATISTICS = ("ends", "min", "int", "max")


def draw(
    *,
    right: Table("landscape"),
    norms: Table("landscape"),
    augmented: Table("landscape"),
) -> pd.DataFrame:
    """The three tables are of the same curves. Raises ValueError where they are not."""
    measured = {n: _losses(t) for n, t in {"right": right, "norms": norms, "augmented": augmented}.items()}
    for name, paths in measured.items():
        if not np.array_equal(paths[["subspace", "run", "u0", "arc"]], measured["right"][["subspace", "run", "u0", "arc"]]):
            raise ValueError(f"{name} and right are not of the same curves at the same points; name tables of one subspace")
    found = {n: paths.groupby(["subspace", "run"])[["arc", "value"]].apply(_statistics) for n, paths in measured.items()}
    rows = [_row(name, "train loss", values) for name, values in found.items()]
    rows += [_row(name, "difference", values - found["right"]) for name, values in found.items() if name != "right"]
    return pd.DataFrame(sorted(rows, key=lambda row: list(measured).index(row["measured"])))


def _losses(table):
    part = table[(table["split"] == "train") & (table["quantity"] == "loss") & (table["mark"] == "grid")]
    return part.sort_values(["subspace", "run", "index"])


def _statistics(path):
    v, arc = path["value"].to_numpy(), path["arc"].to_numpy()
    mean = np.trapezoid(v, arc) / arc[-1]
    return pd.Series(dict(zip(STATISTICS, (max(v[0], v[-1]), v.min(), mean, v.max()), strict=True)))


def _row(name, shown, values):
    row = {"measured": name, "shown": shown, "runs": len(values)}
    for statistic in STATISTICS:
        row |= spread(statistic, values[statistic])
    return row
