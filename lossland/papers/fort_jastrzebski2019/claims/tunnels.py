"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about the tunnel around a network: how its training widens it.

    slope = least-squares slope of log width against the place 0, 1, .. of the value, of each run

width is the mean over random directions of the distance at which the train loss has risen by one level, as it is and over
|theta|: decay shrinks the network too. Directions that did not reach the level count with their lower bound. Runs are paired:
run i has one seed at all values. Nothing is matched: widths of networks of different train loss are compared, and each claim
says by what factor, exp of the mean slope of log loss, that changes too. That learning rate, batch and regularisation widen the
tunnel is a summary of the paper by others.
"""

import numpy as np
import pandas as pd

from lossland.statistics.tables import Table, entries, rows_of
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the distance from a network to higher loss in random directions, as one hyperparameter of its
training grows, for n runs (mean ± standard deviation of the slope of its logarithm, for one value to the next). A claim holds
if a one-sided t-test against 0 gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not
decide. Widths of networks of different train loss are compared and nothing is matched: what is measured names the factor by
which the train loss changes too. By a summary of the paper, larger learning rates, smaller batches and stronger regularisation
increase this distance.
"""
SIGNS = {"learning rate": 1, "batch size": -1, "weight decay": 1, "dropout": 1}
WIDTHS = {"distance": "width", "share": "width / |theta|"}


def check(*, widths: Table("tunnel_width"), kinds: list[list[str | float]]) -> list[Claim]:
    """`kinds` lists [subspace, hyperparameter, value] of each network.

    Raises ValueError for another hyperparameter than those of SIGNS, for one with a single value, and where the runs of its
    values differ.
    """
    found = {}
    for subspace, name, value in entries("kinds", kinds, "subspace", "hyperparameter", "value"):
        if name not in SIGNS or isinstance(value, str):
            raise ValueError(f"kinds gives {subspace} the {name} {value}; name one of {', '.join(SIGNS)} and a number")
        found.setdefault(name, {})[value] = rows_of(widths, subspace, "widths")
    return [_claim(name, parts, quantity) for name, parts in found.items() for quantity in WIDTHS]


def _claim(name, parts, quantity):
    if len(parts) < 2:
        raise ValueError(f"kinds names one {name}; its effect is seen at two values at least")
    factor = np.exp(_slopes(name, parts, "loss").mean())
    above = {"above": 0} if SIGNS[name] > 0 else {"below": 0}
    return Claim(
        name=f"{name}: {WIDTHS[quantity]}",
        says=f"The tunnel is the {'wider' if SIGNS[name] > 0 else 'narrower'} the larger the {name}.",
        of=f"slope of log({WIDTHS[quantity]}); train loss changes by a factor of {factor:.2g}; both for one value to the next",
        values=list(_slopes(name, parts, quantity)),
        published=[],
        **above,
    )


def _slopes(name, parts, quantity):
    """Of the logarithm of the mean over directions, one for each run."""
    values = {f"{name} {v:g}": parts[v].groupby("run")[quantity].mean() for v in sorted(parts)}
    logarithms = np.log(pd.concat(together(values), axis=1).to_numpy())
    return np.polyfit(np.arange(len(values)), logarithms.T, 1)[0]
