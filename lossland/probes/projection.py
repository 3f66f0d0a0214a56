"""A trajectory in the plane that was laid through it: coordinates, and what lies outside (Li et al. 2018, section 7).

    theta_i = theta* + u_0 d_1 + u_1 d_2 + rest      by least squares;   outside = |rest|,   distance = |theta_i - theta*|

A contour plot shows the loss at the projected point, not at theta_i: the loss there is in the table `dynamics` of the network.
The share of the trajectory that the plane catches is 1 - sum of outside^2 / sum of distance^2. arXiv 1712.09913.
"""

import pandas as pd
import torch

from lossland.landscape.evaluate import coordinates

SCHEMA = {
    "index": "int64", "epoch": "float64", "lr": "float64", "u0": "float64", "u1": "float64", "outside": "float64",
    "distance": "float64",
}  # fmt: skip
KEY = ["index"]


def measure(problem, subspace) -> pd.DataFrame:
    """One row for each point that was kept; `lr` is the rate of the last step before, NaN if unknown.

    Raises ValueError without a trajectory.
    """
    if not {"trajectory", "epoch"} <= set(subspace.notes):
        raise ValueError(f"there is no trajectory in this subspace, {subspace.chart}; name a plane of a network with snapshots")
    u = subspace.notes["trajectory"]
    columns = {"index": torch.arange(len(u))} | coordinates(u)
    columns |= {name: subspace.notes[name].double() for name in ("epoch", "outside", "distance")}
    columns["lr"] = subspace.notes.get("lr", torch.full((len(u),), torch.nan)).double()
    return pd.DataFrame(columns)
