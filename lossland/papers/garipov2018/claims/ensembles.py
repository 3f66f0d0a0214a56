"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about ensembles along a curve: figures 2 (right) and 6, section A.6.

One number a pair of networks, from what is predicted along the polygonal chain between them. If the paper says "already at
small t" it draws t = 0.1; if it says that the ensemble of both ends is reached, t = 0.4. What is better by chance on the test
examples at hand follows from the scores of each of them, or of blocks.

In the paper (one chain, ResNet-164 on CIFAR-100) the ensemble of the first network and one further along the chain is better
than the first from t = 0.1 on, and from t = 0.4 as good as that of both ends; 50 points of the chain together are better than
both ends, as good as three independent networks, and better still at fitted temperatures.
"""

import numpy as np

from lossland.papers.published import curves, numbers
from lossland.statistics.estimates import of_scores
from lossland.statistics.runs import by_block, each_example, together
from lossland.statistics.tables import Table, of_ends, pick
from lossland.statistics.verdicts import Claim, scored, trained

SMALL, REACHED = 0.1, 0.4  # t


def check(
    *,
    paths: Table("landscape"),
    chain: Table("path_ensemble"),
    ends: Table("by_example"),
    points: Table("by_example"),
    scaled: Table("by_example"),
    independent: Table("by_example"),
) -> list[Claim]:
    """`paths` are the chains; of each, `chain` has ensembles by blocks of examples, `ends` that of its ends, `points` that of
    equally spaced points, and these alone, `scaled` that of these at fitted temperatures. A run of `independent` is a group of
    networks that none shares."""
    presumes = {"presumes": trained(of_ends(paths))}
    printed = numbers("garipov2018", table="Sec. A.6").set_index("method")["value"] / 100
    all_points = printed["Polychain ensemble of 50 points"]
    gained = printed["ensemble of 2 endpoints"] - all_points
    whole = pick(points, size=points["size"].max())
    tables = {"both": ends, "points": whole, "scaled": scaled}
    error = together({name: each_example(table, "error") for name, table in tables.items()})
    several, three = error["points"], each_example(independent, "error")
    alone, tempered = (each_example(pick(points, size=1), score) for score in ("nll", "nll_tempered"))
    curve = curves("garipov2018", "fig6_test_cross_entropy").groupby("series")["y"].mean()
    return [
        *_along(chain, presumes),
        Claim("temperatures along the chain: test nll", alone.mean(axis=1) / tempered.mean(axis=1), ratio=True, above=1,
              sampling=of_scores(alone.mean(), tempered.mean(), ratio=True), **presumes,
              published=curve["no scaling"] / curve["T-scaling"],
              of="mean test nll of the networks of the chain as they are / at fitted temperatures",
              says="Networks on the chain are too sure of themselves: fitted temperatures lower their test nll."),
        scored("points of the chain against its ends: test error", error["both"] - several, above=0, **presumes,
               published=gained, of="test error of the ensemble of both ends - of equally spaced points, as a fraction",
               says="An ensemble of many points of the chain is better than that of its two ends."),
        Claim("points of the chain against independent networks: test error", several.mean(axis=1), less=three.mean(axis=1),
              same=gained, because="what the points gain on both ends in the paper", **presumes,
              sampling=of_scores(several.mean(), three.mean()), published=all_points - printed["ensemble of 3 Ind"],
              of="test error of the ensemble of equally spaced points - of independent networks, as a fraction",
              says="An ensemble of many points of the chain is as good as one of three independent networks."),
        scored("points of the chain at fitted temperatures: test error", several - error["scaled"], above=0, **presumes,
               published=all_points - printed["Polychain ensemble of 50 points, temperature scaled"],
               of="test error of the ensemble - of the one with fitted temperatures, as a fraction",
               says="An ensemble of points of the chain is better if the temperature of each is fitted."),
    ]  # fmt: skip


def _along(chain, presumes):
    first = pick(chain, split="test", member="with start", quantity="error")
    error = by_block(first, "value", ["u0", "run"]).unstack("run")
    theirs = pick(curves("garipov2018", "fig2_right_ensemble_test_error"), series="chain").set_index("x")[["y"]] / 100
    grows = 1 - _later(error).index.to_numpy().mean()
    return [
        scored("small t: test error", (error.iloc[0] - _near(error)).unstack("block"), above=0, **presumes,
               published=theirs.iloc[0] - _near(theirs),
               of=f"test error of the first network - of the ensemble with one at t = {SMALL}, as a fraction",
               says="The ensemble of the first network and one a small part of the chain away is better than the first alone."),
        scored("both ends reached: test error", _short(error, grows).unstack("block"), below=0, **presumes,
               published=_short(theirs, grows), because="what would be left, were the gain to grow evenly with t",
               of=f"how much worse than both ends the ensembles for t >= {REACHED} are - {grows:.2g} of what both ends gain",
               says=f"From t = {REACHED} on, the ensemble of the first network and one at t is as good as that of both ends."),
    ]  # fmt: skip


def _near(values):
    return values.iloc[np.abs(values.index.to_numpy() - SMALL).argmin()]


def _later(values):
    return values[values.index >= REACHED - 1e-9]


def _short(error, share):
    """What the later ensembles lack of both ends, on average, less a `share` of what these gain on the first network."""
    return _later(error).mean() - error.iloc[-1] - share * (error.iloc[0] - error.iloc[-1])
