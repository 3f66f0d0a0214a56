"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about the tunnel around a network: how its training widens it.

    factor = exp of the least-squares slope of log width against the place 0, 1, .. of the value, of each run

The width is the mean over random directions of the distance at which the train loss has risen by one level, as it is and over
|theta|: decay shrinks the network too. Directions that did not reach the level count with their lower bound. Runs are paired:
run i has one seed at all values. At the end of the trainings networks of different train loss are compared; the control takes
each where its training passed one loss.

By a summary of the paper by others, larger learning rates, smaller batches and stronger regularisation widen the tunnel; by
its abstract learning rate, network width and L2 regularisation act in similar ways.
"""

import numpy as np

from lossland.options import Label
from lossland.statistics.runs import together
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim

SIGNS = {"learning rate": 1, "batch size": -1, "weight decay": 1, "dropout": 1, "network width": 1}
READ = {"dropout": "remembered, not confirmed", "network width": "it acts as the learning rate does: our reading"}
LOW = 0.5  # nats: half of the rise that ends a tunnel
EQUAL = 2.0  # a factor


def check(*, widths: Table("tunnel_width"), equal: Table("tunnel_width"), values: dict[str, dict[Label, float]]) -> list[Claim]:
    """`equal` are widths of the same networks at one train loss. `values` maps a hyperparameter to the value of it that each
    label stands for; those not in SIGNS have no claims.

    Raises ValueError for a single value, and if the runs of the values differ.
    """
    tables = [table.groupby(["subspace", "run"])[["distance", "share", "loss"]].mean() for table in (widths, equal)]
    return [claim for name, at in values.items() if name in SIGNS for claim in _claims(name, at, *tables)]


def _claims(name, at, ends, matched):
    if len(at) < 2:
        raise ValueError(f"there is one {name}, {min(at.values()):g}; its effect is seen at two values at least")
    labels = sorted(at, key=at.get)
    own, control = _factors(ends, labels), _factors(matched, labels)
    highest, passed = ends.loc[labels, "loss"].max(), matched.loc[labels, "loss"]
    low = None if highest < LOW else f"trained to a loss of {highest:.2g}, where below {LOW:g} is presumed"
    apart = passed.max() / passed.min()
    near = None if apart < EQUAL else f"compared at losses apart by a factor of {apart:.2g}, where below {EQUAL:g} is presumed"
    side, word = ("above", "wider") if SIGNS[name] > 0 else ("below", "narrower")
    rule = {side: 1, "ratio": True, "says": f"The tunnel is the {word} the larger the {name}."}
    changed = f"; the train loss changes by a factor of {own['loss'].mean():.2g}"
    return [
        Claim(f"{name}: width", own["distance"], **rule, presumes=low, because=READ.get(name, ""),
              of=f"factor of the width from one value to the next{changed}"),
        Claim(f"{name}: width / |theta|", own["share"], **rule, presumes=low, origin="ours",
              of=f"factor of the width over the norm of the network{changed}"),
        Claim(f"{name}: width / |theta| at equal loss", control["share"], **rule, presumes=near, origin="ours",
              of="factor of the width over the norm, of networks of about the same train loss"),
    ]  # fmt: skip


def _factors(means, labels):
    places = together({label: means.loc[label] for label in labels})
    heights = np.log(np.stack([place.to_numpy().ravel() for place in places.values()]))
    slopes = np.polyfit(np.arange(len(heights)), heights, 1)[0].reshape(-1, means.shape[1])
    return dict(zip(means.columns, np.exp(slopes).T, strict=True))
