"""The claims of Benton et al. 2021 (arXiv 2102.13042) about volume and dimension, section 4.3 and figure 5.

    growth = slope of log V against the number of connectors, over as many as the paper's volume grows for
    height = distance of the newest connector from the face of all others / longest edge, the least over simplexes
    drop   = V(k) / V(k - 1) of the connector after these, over the geometric mean of that of those before

A volume by itself says little: it has another unit at each number of connectors, falls if connectors lie close together in a
large dimension, and grows without end where the loss is high. So volumes count only while the loss inside is as low as the
paper's, and heights say whether a connector has a dimension of its own. A volume that falls from the start does not collapse.

In the paper the volume grows up to ten connectors, of which all samples are above 98 % train accuracy, and falls by nine
orders with the eleventh: at least ten dimensions. It was computed by a float32 determinant; whether that matters is our claim,
the other arms of figure 5 are without one. All volumes are measured in float64.
"""

import numpy as np
import pandas as pd

from lossland.options import Label
from lossland.papers.published import numbers
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim

HIGH, FALL = 0.1, 1e-9  # an order of magnitude; the nine orders are the paper's
DROP = FALL**0.5


def check(*, volumes: Table("volume"), inside: Table("inside"), arm: Label, exact: Label) -> list[Claim]:
    """`arm` is the complex that is grown as the paper's, `exact` the same with volumes in float64; `inside` are train errors
    of its samples."""
    printed = numbers("benton2021", table="Figure 5").set_index("metric")["value"]
    dimension, least = int(printed["dimension_min"]), 1 - printed["train_accuracy_percent_min"] / 100
    courses, other = _courses(volumes, arm), _courses(volumes, exact)
    errors = pick(inside, subspace=arm, split="train")
    errors = errors[errors["stage"] <= dimension].groupby("run")["error_max"].max()
    high = f"the train error inside rises to {100 * errors.max():.2g} %, where below {100 * least:.2g} % is presumed"
    low = None if errors.max() < least else high
    grown = {run: course.loc[:dimension] for run, course in courses.items()}
    slopes = pd.Series({run: _slope(course["log_volume"]) for run, course in grown.items()})
    drops, exactly = together({arm: _drops(courses, dimension), exact: _drops(other, dimension)}).values()
    short = None if drops.notna().all() else f"grown by fewer than {dimension + 1} connectors"
    falls = low or short or (None if (slopes > 0).all() else "the volume does not grow before")
    return [
        Claim("all samples are accurate", errors, below=least, published=least, because="the paper's own bound",
              of=f"train error of the worst sample, of up to {dimension} connectors, as a fraction",
              says="All samples inside the complex have the train accuracy that those of the paper have."),
        Claim("the volume grows", slopes, above=0, presumes=low,
              of=f"growth of log V [nats] with one connector more, of the first {dimension} at most",
              says="At low loss, the volume grows with the number of connectors."),
        Claim("connectors have dimensions of their own", [_height(course) for course in grown.values()], above=HIGH, ratio=True,
              presumes=low, because="an order of magnitude: lower ones make needles",
              of=f"height of the newest connector / longest edge, geometric mean from the second to connector {dimension}",
              says=f"At low loss, {dimension} connectors span as many dimensions."),
        Claim(f"the volume collapses with connector {dimension + 1}", drops, below=DROP, ratio=True, presumes=falls,
              because="half way, in logarithms, to the nine orders by which the paper's V falls",
              of=f"V({dimension + 1}) / V({dimension}), over the geometric mean of that of those before",
              says=f"With connector {dimension + 1} the volume falls much faster than with those before."),
        Claim("the collapse is one of the determinant", exactly / drops, above=1 / DROP, ratio=True, origin="ours",
              because="the whole of such a collapse", presumes=falls or _collapsed(drops),
              of="drop of the volume with float64 determinants / with float32 ones",
              says="Pushed by volumes in float64 the complex does not collapse."),
    ]  # fmt: skip


def _collapsed(drops):
    return None if drops.max() < DROP else f"there is no collapse to explain: V falls to {drops.max():.2g} of what it would"


def _courses(table, label):
    """run -> log_volume and longest edge of the whole complex, and least height of the newest vertex, by stage."""
    rows = pick(table, subspace=label)
    whole = where(rows, simplex=-1).set_index(["run", "stage"])[["log_volume", "longest"]]
    height = rows[rows["simplex"] >= 0].groupby(["run", "stage"])["height"].min()
    return {run: part.droplevel("run") for run, part in whole.assign(height=height).sort_index().groupby(level="run")}


def _slope(values):
    """Of the straight line of least squares; not finite if a value is not, or if there is only one."""
    away = values.index.to_numpy() - values.index.to_numpy().mean()
    return float((away * values.to_numpy()).sum() / (away**2).sum()) if len(values) > 1 else np.nan


def _height(course):
    """The first connector, which is as high as half the way between the modes, does not count."""
    return np.exp(np.log(course["height"] / course["longest"]).iloc[1:].mean())


def _drops(courses, dimension):
    """By run; NaN of complexes of fewer connectors."""
    steps = {run: course["log_volume"].diff() for run, course in courses.items()}
    return pd.Series(
        {run: np.exp(step.get(dimension + 1, np.nan) - step.loc[:dimension].mean()) for run, step in steps.items()}
    )
