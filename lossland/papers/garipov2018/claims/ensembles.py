"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about ensembles along a curve: figure 2, right, and section A.6.

One number a pair of networks, from what is predicted along the polygonal chain between them. If the paper says "already at
small t" it draws t = 0.1; if it says that the ensemble of both ends is reached, t = 0.4, and its own curve lies above both
ends by as much as the bar says.

In the paper (one chain, ResNet-164 on CIFAR-100) the ensemble of the first network and one further along the chain is better
than the first from t = 0.1 on, and from t = 0.4 as good as that of both ends; 50 points of the chain together have a test
error of 21.03 %, and of 20.7 % at fitted temperatures.
"""

import numpy as np

from lossland.papers.published import curves, numbers
from lossland.statistics.runs import by_run
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

SMALL, REACHED = 0.1, 0.4  # t


def check(*, chain: Table("path_ensemble"), points: Table("ensemble"), scaled: Table("ensemble")) -> list[Claim]:
    """`points` and `scaled` hold one ensemble of equally spaced points for each chain, without and with temperatures."""
    theirs = pick(curves("garipov2018", "fig2_right_ensemble_test_error"), series="chain").set_index("x")["y"] / 100
    printed = numbers("garipov2018", table="Sec. A.6").set_index("method")["value"]
    all_points = "Polychain ensemble of 50 points"
    scaling = printed[all_points] / printed[f"{all_points}, temperature scaled"]
    along = {q: _along(pick(chain, split="test", member="with start", quantity=q)) for q in ("error", "nll")}
    points, scaled = (by_run(pick(table, split="test")) for table in (points, scaled))
    claims = [
        Claim("both ends reached: test error", [_excess(run) for run in along["error"]],
              below=_excess(theirs), published=_excess(theirs),
              of=f"largest excess of the test error for t >= {REACHED} over that at t = 1, as a fraction",
              says=f"From t = {REACHED} on, the ensemble of the first network and one at t is as good as that of both ends.")
    ]  # fmt: skip
    for q, runs in along.items():
        gain, gained = (_gain(theirs), scaling) if q == "error" else ((), ())
        claims += [
            Claim(f"small t: test {q}", [_gain(run) for run in runs], above=0, published=gain,
                  of=f"test {q} of the first network - of the ensemble at t = {SMALL}",
                  says="The ensemble of the first network and one a small part of the chain away is better than the first "
                       "alone."),
            Claim(f"temperatures of the curve ensemble: test {q}", points[q] / scaled[q], above=1, published=gained,
                  of=f"test {q} of the ensemble / of the one with fitted temperatures",
                  says="An ensemble of points of the chain is better where the temperature of each is fitted."),
        ]  # fmt: skip
    return claims


def _along(rows):
    """The values along each chain, by t."""
    return [run.set_index("u0")["value"].sort_index() for _, run in rows.groupby("run")]


def _gain(values):
    """What the ensemble at small t is better by than the first network alone."""
    return values.iloc[0] - values.iloc[np.abs(values.index.to_numpy() - SMALL).argmin()]


def _excess(values):
    """How much worse than both ends the worst ensemble is, once the ends should be reached."""
    return values[values.index >= REACHED - 1e-9].max() - values.iloc[-1]
