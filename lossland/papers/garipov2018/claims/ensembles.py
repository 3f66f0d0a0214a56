"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about ensembles along a curve: figure 2, right, and section A.6.

One number a pair of networks, from tables of what is predicted along the polygonal chain between them. Where the paper says
"already at small t" it draws t = 0.1; where it says that the ensemble of both ends is reached, t = 0.4, and its own curve
lies above both ends by as much as the bar says.
"""

import numpy as np

from lossland.papers.published import curves, numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim

CAPTION = """
Each row holds one claim about networks along the polygonal chain between two trained ones. A claim holds if a one-sided
t-test over the n pairs gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide.
In the paper (one chain, ResNet-164 on CIFAR-100) the ensemble of the first network and one further along the chain is better
than the first from t = 0.1 on, and from t = 0.4 as good as that of both ends; 50 points of the chain together have a test
error of 21.03 %, and of 20.7 % at fitted temperatures.
"""
SMALL, REACHED = 0.1, 0.4  # t


def check(
    *,
    chain: Table("path_ensemble"),
    path: Table("ensemble"),
    scaled: Table("ensemble"),
) -> list[Claim]:
    """`path` and `scaled` hold one ensemble of equally spaced points for each chain, without and with temperatures."""
    theirs = curves("garipov2018", "fig2_right_ensemble_test_error").query("series == 'Polychain'")
    theirs = theirs.set_index("x")["y"] / 100
    rows = chain[chain["member"] == "with start"]
    claims = [
        Claim(
            name="both ends reached: test error",
            says=f"From t = {REACHED} on, the ensemble of the first network and one at t is as good as that of both ends.",
            of=f"largest excess of the test error for t >= {REACHED} over that at t = 1, as a fraction",
            values=[_excess(run) for run in _along(rows[rows["quantity"] == "error"])],
            published=[_excess(theirs)],
            below=_excess(theirs),
        )
    ]
    for quantity, name in (("error", "test error"), ("nll", "test nll")):
        runs = _along(rows[rows["quantity"] == quantity])
        both = _one_each(path)[quantity] / _one_each(scaled)[quantity]
        printed = quantity == "error"
        claims += [
            Claim(
                name=f"small t: {name}",
                says="The ensemble of the first network and one a small part of the chain away is better than the first alone.",
                of=f"{name} of the first network - of the ensemble at t = {SMALL}",
                values=[_gain(run) for run in runs],
                published=[_gain(theirs)] * printed,
                above=0,
            ),
            Claim(
                name=f"temperatures of the curve ensemble: {name}",
                says="An ensemble of points of the chain is better where the temperature of each is fitted.",
                of=f"{name} of the ensemble / of the one with fitted temperatures",
                values=list(both),
                published=[_a6("Polychain ensemble of 50 points") / _a6("Polychain ensemble of 50 points, temperature scaled")]
                * printed,
                above=1,
            ),
        ]
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


def _one_each(table):
    """The rows of `table` by run. Raises ValueError where a run has several ensembles."""
    if table["run"].duplicated().any():
        raise ValueError("a chain has several ensembles here; give their tables one of `sizes`, that of all points")
    return table.set_index("run").sort_index()


def _a6(method):
    return numbers("garipov2018", table="Sec. A.6", method=method)["value"].item()
