"""The claims of Benton et al. 2021 (arXiv 2102.13042) about regression, section 6.1 and figure 10: bands that know the data.

    band(x) = standard deviation of f(x) over the networks of an ensemble, geometric means over x

In the paper the bands of ESPRO are wider between and outside the intervals of the training points than those of a deep
ensemble and of a curve; it prints no number. That presumes that ESPRO's networks fit the data about as well.
"""

import numpy as np

from lossland.options import Label
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim

FIT = 1.5  # times the squared error of the others


def check(*, functions: Table("functions"), fits: Table("landscape"), ours: Label, intervals: list[list[float]]) -> list[Claim]:
    """A label for each kind of ensemble, `ours` that of the simplexes; `fits` are train errors of their networks, `intervals`
    the [low, high] of the data."""
    away = together({label: _band(rows, intervals, outside=True) for label, rows in by_label(functions).items()})
    wide = away.pop(ours)
    squares = pick(fits, split="train", quantity="squared_error").groupby("subspace")["value"].mean()
    worse = squares[ours] / squares.drop(ours).min()
    presumes = None if worse < FIT else f"ESPRO's train squared error is {worse:.2g} times the others', below {FIT} is presumed"
    inside = _band(by_label(functions)[ours], intervals, outside=False)
    return [
        Claim("wider bands away from the data", {f"than of {label}": wide / band for label, band in away.items()}, above=1,
              ratio=True, presumes=presumes,
              of="width of the band of ESPRO / of the others, between and outside the intervals of the data",
              says="Away from the training points ESPRO's predictions spread more than those of the other ensembles."),
        Claim("bands widen away from the data", wide / inside, above=1, ratio=True, presumes=presumes,
              of="width of the band of ESPRO between and outside the intervals of the data / in them",
              says="ESPRO's predictions spread more away from the training points than among them."),
    ]  # fmt: skip


def _band(rows, intervals, outside):
    """By run, at the inputs in the intervals or `outside` all of them."""
    x = rows["x0"].to_numpy()[:, None]
    low, high = np.array(intervals, dtype=float).T
    rows = rows[((x >= low) & (x <= high)).any(axis=1) != outside]
    spread = rows.groupby(["run", "x0"])["output"].std(ddof=0)
    with np.errstate(divide="ignore"):
        return np.exp(np.log(spread).groupby("run").mean())
