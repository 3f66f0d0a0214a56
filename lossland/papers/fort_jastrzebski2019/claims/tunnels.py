"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about the tunnel around a network: how its training widens it.

    slope = least-squares slope of log width against the place 0, 1, .. of the value, of each run

The width is the mean over random directions of the distance at which the train loss has risen by one level, as it is and over
|theta|: decay shrinks the network too. Directions that did not reach the level count with their lower bound. Runs are paired:
run i has one seed at all values. Nothing is matched: widths of networks of different train loss are compared, and each claim
says by what factor, exp of the mean slope of log loss, that changes too.

By a summary of the paper by others, larger learning rates, smaller batches and stronger regularisation widen the tunnel.
"""

import numpy as np

from lossland.options import Label
from lossland.statistics.runs import together
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim

SIGNS = {"learning rate": 1, "batch size": -1, "weight decay": 1, "dropout": 1}
WIDTHS = {"distance": "width", "share": "width / |theta|"}


def check(*, widths: Table("tunnel_width"), values: dict[str, dict[Label, float]]) -> list[Claim]:
    """`values` maps a hyperparameter to the value of it that each label stands for; those not in SIGNS have no claims.

    Raises ValueError for a single value, and if the runs of the values differ.
    """
    logarithms = np.log(widths.groupby(["subspace", "run"])[[*WIDTHS, "loss"]].mean())
    return [claim for name, at in values.items() if name in SIGNS for claim in _claims(name, at, logarithms)]


def _claims(name, at, logarithms):
    if len(at) < 2:
        raise ValueError(f"there is one {name}, {min(at.values()):g}; its effect is seen at two values at least")
    places = together({label: logarithms.loc[label] for label in sorted(at, key=at.get)})
    heights = np.stack([place.to_numpy().ravel() for place in places.values()])
    distance, share, loss = np.polyfit(np.arange(len(heights)), heights, 1)[0].reshape(-1, 3).T
    side, word = ("above", "wider") if SIGNS[name] > 0 else ("below", "narrower")
    factor = f"train loss changes by a factor of {np.exp(loss.mean()):.2g}; both for one value to the next"
    return [
        Claim(f"{name}: {what}", slopes, **{side: 0}, of=f"slope of log({what}); {factor}",
              says=f"The tunnel is the {word} the larger the {name}.")
        for what, slopes in zip(WIDTHS.values(), (distance, share), strict=True)
    ]  # fmt: skip
