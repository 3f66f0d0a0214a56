"""How far from a network its loss has risen to a level, in random directions (Fort & Jastrzebski 2019, arXiv 1906.04724).

    distance = the s at which L(theta + s d) = L(theta) + rise,   |d| = 1,   share = distance / |theta|,   angle = atan(share)

L is the train nll, d a Gaussian direction, not scaled by filters. The first crossing is bracketed by doubling s, then found by
Brent's method; a loss that is not finite lies above every level. Networks of other decay have other norms: compare `share`.
"""

import math
from dataclasses import replace

import pandas as pd
import torch
from scipy.optimize import brentq

from lossland.landscape.evaluate import evaluate, mean_scores, point_by_point, statistics
from lossland.landscape.subspace import Subspace
from lossland.options import BatchNorm, Count, Positive, Seed
from lossland.rng import stream

SCHEMA = {
    "direction": "int64", "norm": "float64", "loss": "float64", "level": "float64", "distance": "float64", "share": "float64",
    "angle": "float64", "open": "bool_",
}  # fmt: skip
KEY = ["direction"]
FIRST = 0.01  # of |theta|, the first step


def measure(
    problem,
    subspace,
    *,
    rise: Positive = 1.0,
    directions: Count = 10,
    furthest: Positive = 10.0,
    tolerance: Positive = 1e-3,
    bn: BatchNorm = "recalibrate",
    examples: Count | None = None,
    seed: Seed = 0,
    at_loss: Positive | None = None,
) -> pd.DataFrame:
    """One row for each direction from the trained network, the end of the subspace; `rise` is in nats, `tolerance` relative.

    `at_loss` takes the point of the training instead whose train loss is nearest to so many nats, in the logarithm: networks
    that were trained in different ways are compared at one loss then.

    `open`: the loss is below the level up to `furthest` times |theta|, so that distance, share and angle are lower bounds. A
    hill between two steps, the first of which is 0.01 |theta|, is not seen. They are NaN where the network's own loss is not
    finite.
    """
    problem, nll = replace(problem, examples=examples), problem.task.SCORES.index("nll")
    centre = Subspace.of(_nearest(problem, subspace, bn, nll, at_loss) if at_loss else subspace.end)
    state_of, norm = statistics(problem, centre, bn), problem.point(centre.end).double().norm().item()

    def loss(point, c):
        return mean_scores(problem, point, state_of(c, point), "train")[nll].item()

    def crossing(number, c, theta):
        if not math.isfinite(own := loss(theta, c)):
            return torch.tensor([own, torch.nan, 0])
        direction = torch.randn(len(theta), generator=stream(seed, "tunnel width", number)).to(theta)
        direction /= direction.norm()

        def above(distance):
            height = loss(theta + distance * direction, c) - own - rise if distance else -rise
            return height if math.isfinite(height) else rise

        return torch.tensor([own, *_first_crossing(above, norm, furthest, tolerance)], dtype=torch.float64)

    loss_there, distance, is_open = point_by_point(problem, centre, torch.zeros(directions, 1), slice(None), (3,), crossing).T
    columns = {"direction": torch.arange(directions), "norm": torch.full_like(distance, norm), "loss": loss_there}
    columns |= {"level": loss_there + rise, "distance": distance, "share": distance / norm}
    columns |= {"angle": (distance / norm).atan(), "open": is_open == 1}
    return pd.DataFrame(columns)


def _nearest(problem, subspace, bn, nll, loss):
    """The point [D] of a training whose train nll is nearest to `loss`; one without a finite nll is farthest."""
    found = evaluate(problem, subspace, subspace.chart.grid(None), ["train"], bn)[:, 0, nll]
    return subspace.anchors[(found.log() - math.log(loss)).abs().nan_to_num(math.inf).argmin()]


def _first_crossing(above, norm, furthest, tolerance):
    """(distance, whether it is a lower bound) of where `above`, negative at 0, changes its sign within `furthest` norms."""
    low, high = 0.0, min(FIRST, furthest) * norm
    while above(high) < 0:
        if high >= furthest * norm:
            return high, True
        low, high = high, min(2 * high, furthest * norm)
    return brentq(above, low, high, xtol=tolerance * FIRST**2 * norm, rtol=tolerance), False
