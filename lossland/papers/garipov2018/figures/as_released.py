"""Garipov et al. 2018 (arXiv 1802.10026): the train loss along one curve, right and as the released code measures it.

    right        nll + weight_decay/2 |theta|^2, on the training data as they are
    norms        nll + weight_decay/2 sum_p |p| over the parameter tensors p      (its plane.py and connect.py)
    augmented    on training data under random augmentation, other draws at every point      (its eval_curve.py, plane.py)

ends = the higher of the two, int = integral over arc length / length (trapezoids); nats, mean ± standard deviation over the
curves. Below each number stands its difference from the right one, curve by curve. The losses in the README of the released
code are on augmented data.
"""

import numpy as np
import pandas as pd

from lossland.statistics.tables import Table, pick, spreads


def draw(*, right: Table("landscape"), norms: Table("landscape"), augmented: Table("landscape")) -> pd.DataFrame:
    """Raises ValueError if the three tables are not of the same curves."""
    found = {n: _statistics(t, n, right) for n, t in {"right": right, "norms": norms, "augmented": augmented}.items()}
    rows = []
    for name, values in found.items():
        shown = {"train loss": values} | ({"difference": values - found["right"]} if name != "right" else {})
        rows += [{"measured": name, "shown": what, "runs": len(v)} | spreads(dict(v.items())) for what, v in shown.items()]
    return pd.DataFrame(rows)


def _statistics(table, name, right):
    paths, others = _paths(table), _paths(right)
    if not np.array_equal(paths[["subspace", "run", "u0", "arc"]], others[["subspace", "run", "u0", "arc"]]):
        raise ValueError(f"{name} and right are not of the same curves at the same points; name tables of one series")
    return paths.groupby(["subspace", "run"])[["arc", "value"]].apply(_of_path)


def _paths(table):
    return pick(table, split="train", quantity="loss", mark="grid").sort_values(["subspace", "run", "index"])


def _of_path(path):
    v, arc = path["value"].to_numpy(), path["arc"].to_numpy()
    mean = np.trapezoid(v, arc) / arc[-1]
    return pd.Series({"ends": max(v[0], v[-1]), "min": v.min(), "int": mean, "max": v.max()})
