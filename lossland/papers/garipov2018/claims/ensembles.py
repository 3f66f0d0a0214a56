"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about ensembles along a curve: figures 2 (right) and 6, section A.6.

One number a pair of networks, from what is predicted along the polygonal chain between them. If the paper says "already at
small t" it draws t = 0.1; if it says that the ensemble of both ends is reached, t = 0.4.

In the paper (one chain, ResNet-164 on CIFAR-100) the ensemble of the first network and one further along the chain is better
than the first from t = 0.1 on, and from t = 0.4 as good as that of both ends; 50 points of the chain together are better than
both ends, as good as three independent networks, and better still at fitted temperatures.
"""

import numpy as np

from lossland.papers.published import curves, numbers
from lossland.statistics.estimates import of_errors, of_scores
from lossland.statistics.runs import by_run, separate, together
from lossland.statistics.tables import UNTRAINED, Table, of_ends, pick
from lossland.statistics.verdicts import Claim, trained

SMALL, REACHED = 0.1, 0.4  # t


def check(
    *,
    paths: Table("landscape"),
    chain: Table("path_ensemble"),
    ends: Table("ensemble"),
    points: Table("ensemble"),
    scaled: Table("ensemble"),
    independent: Table("ensemble"),
    each: Table("by_example"),
) -> list[Claim]:
    """`paths` are the chains; of each `ends`, `points` and `scaled` hold one ensemble: of its ends, of equally spaced points,
    of these at fitted temperatures. Of `independent` networks the largest ensembles are taken. `each` has the scores by
    example of these, and of ends and points by their numbers."""
    presumes = trained(of_ends(paths), below=UNTRAINED)
    printed = numbers("garipov2018", table="Sec. A.6").set_index("method")["value"] / 100
    all_points = printed["Polychain ensemble of 50 points"]
    by = {"ends": ends, "points": points, "scaled": scaled}
    error = together({name: by_run(pick(table, split="test"))["error"] for name, table in by.items()})
    three = separate(pick(independent, split="test", size=independent["size"].max()))["error"]
    own, (both,), (many,) = pick(each, subspace=chain["subspace"].iloc[0]), ends["size"].unique(), points["size"].unique()
    pair, whole = (_each(pick(own, size=size)) for size in (both, many))
    alone = _each(pick(each, subspace=independent["subspace"].iloc[0]))
    return [
        *_along(chain, presumes),
        Claim("points of the chain against its ends: test error", error["ends"] - error["points"], above=0, presumes=presumes,
              sampling=of_scores(pair, whole), published=printed["ensemble of 2 endpoints"] - all_points,
              of="test error of the ensemble of both ends - of equally spaced points, as a fraction",
              says="An ensemble of many points of the chain is better than that of its two ends."),
        Claim("points of the chain against independent networks: test error", error["points"], less=three, same=0.01,
              because="one point: ours", presumes=presumes, sampling=of_scores(whole, alone),
              published=all_points - printed["ensemble of 3 Ind"],
              of="test error of the ensemble of equally spaced points - of independent networks, as a fraction",
              says="An ensemble of many points of the chain is as good as one of three independent networks."),
        Claim("points of the chain at fitted temperatures: test error", error["points"] - error["scaled"], above=0,
              presumes=presumes, sampling=of_errors(error["points"], error["scaled"], examples=points["examples"]),
              published=all_points - printed["Polychain ensemble of 50 points, temperature scaled"],
              of="test error of the ensemble - of the one with fitted temperatures, as a fraction",
              says="An ensemble of points of the chain is better if the temperature of each is fitted."),
    ]  # fmt: skip


def _along(chain, presumes):
    rows = pick(chain, split="test")
    theirs = pick(curves("garipov2018", "fig2_right_ensemble_test_error"), series="chain").set_index("x")[["y"]] / 100
    tempered = curves("garipov2018", "fig6_test_cross_entropy").groupby("series")["y"].mean()
    first = pick(rows, member="with start", quantity="error")
    error, differ = _by_t(first), _near(_by_t(first, "differs"))
    alone, scaled = (_by_t(pick(rows, member=member, quantity="nll")).mean() for member in ("alone", "scaled"))
    luck = of_errors(error.iloc[0], error.iloc[-1], examples=chain["examples"])
    return [
        Claim("small t: test error", _gain(error), above=0, published=_gain(theirs), presumes=presumes,
              sampling=of_errors(examples=chain["examples"], differ=differ),
              of=f"test error of the first network - of the ensemble with one at t = {SMALL}, as a fraction",
              says="The ensemble of the first network and one a small part of the chain away is better than the first alone."),
        Claim("both ends reached: test error", _excess(error), below=0.005, because="half a point: ours", presumes=presumes,
              published=_excess(theirs), sampling=luck,
              of=f"mean test error of the ensembles for t >= {REACHED} - of that of both ends, as a fraction",
              says=f"From t = {REACHED} on, the ensemble of the first network and one at t is as good as that of both ends."),
        Claim("temperatures along the chain: test nll", alone / scaled, ratio=True, above=1, presumes=presumes,
              published=tempered["no scaling"] / tempered["T-scaling"],
              of="mean test nll of the networks of the chain as they are / at fitted temperatures",
              says="Networks on the chain are too sure of themselves: fitted temperatures lower their test nll."),
    ]  # fmt: skip


def _each(rows):
    """The error of each example, the mean over the ensembles."""
    return rows.groupby("example")["error"].mean()


def _by_t(rows, column="value"):
    """A column by t, for each chain."""
    return rows.pivot(index="u0", columns="run", values=column).sort_index()


def _near(values):
    return values.iloc[np.abs(values.index.to_numpy() - SMALL).argmin()]


def _gain(values):
    """What the ensemble at small t is better by than the first network alone."""
    return values.iloc[0] - _near(values)


def _excess(values):
    """How much worse than both ends the ensembles are on average, once these should be reached."""
    return values[values.index >= REACHED - 1e-9].mean() - values.iloc[-1]
