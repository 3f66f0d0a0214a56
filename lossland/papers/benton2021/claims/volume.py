"""The claims of Benton et al. 2021 (arXiv 2102.13042) about volume and dimension, section 4.3 and figure 5.

    growth   = slope of log V against the number of connectors, over as many as the paper's volume grows for
    collapse = the first number of connectors at which V is below a hundredth of the highest before
    low      = that at which the newest connector lies lower than a tenth of the median height of those before it

with height the distance from the face of the others, the least over simplexes. The first connector, which is as high as half
the way between the modes, does not count; one more than were added, if there is none. V has another unit at each number of
connectors and can fall though none lies low: the height says what it means. Complexes differ in what pushed their vertices:
how that volume was computed (float64, or float32 as in the released code), how lambda was chosen, the floor; all are measured
in float64. Two of them are compared by `low`, and each comparison names what differs.

In the paper the volume grows up to ten connectors and collapses with the eleventh, hence at least ten dimensions; nothing is
claimed about that of complexes of fewer connectors. The comparisons, the hundredth (the paper's V falls by nine orders) and
the tenth are ours.
"""

import math

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, by_label
from lossland.statistics.verdicts import Claim

LOW, COLLAPSED = 0.1, 0.01
COMPARED = {  # what differs: (earlier, that in which more connectors are to fit)
    "the determinant": ("float32, lambda as released", "float64, lambda as released"),
    "the determinant, with constant lambda": ("float32, constant", "float64, constant"),
    "the rule of lambda, in float32": ("float32, lambda as released", "float32, constant"),
    "the rule of lambda": ("float64, lambda as released", "float64, constant"),
    "the floor": ("float64, constant", "float64, constant, no floor"),
}


def check(*, volumes: Table("volume")) -> list[Claim]:
    """Raises ValueError if a complex has one stage, or two that are compared have other runs."""
    printed = int(numbers("benton2021", table="Figure 5", metric="dimension_min")["value"].item())
    courses = {label: _courses(rows) for label, rows in by_label(volumes).items()}
    claims = [claim for label, runs in courses.items() for claim in _of(label, runs, printed)]
    return claims + [_longer(what, courses, *pair) for what, pair in COMPARED.items()]


def _of(label, courses, dimension):
    grows = Claim(f"the volume grows: {label}", [_slope(course["log_volume"].iloc[:dimension]) for course in courses.values()],
                  above=0, of=f"growth of log V [nats] with one connector more, of the first {dimension} at most",
                  says=f"The volume grows with the number of connectors ({label}).")  # fmt: skip
    if min(map(len, courses.values())) <= dimension:
        return [grows]
    return [grows] + [
        Claim(f"{what}: {label}", _first(sign, courses), below=dimension + 1.5, published=dimension + 1,
              of="number of connectors at which it does first, one more than were added where it does not",
              says=f"{what.capitalize()} at connector {dimension + 1} or before ({label}).")
        for what, sign in (("the volume collapses", _collapsed), ("the newest connector lies low", _low))
    ]  # fmt: skip


def _longer(what, courses, earlier, later):
    found = together({label: _first(_low, courses[label]) for label in (earlier, later)})
    return Claim(f"connectors fit in longer: {what}", found[later] - found[earlier], above=0,
                 of="number of connectors at which the newest lies low, one more than were added where there is none: "
                    "later - earlier",
                 says=f"More connectors fit in with {later} than with {earlier}; what differs is {what}.")  # fmt: skip


def _courses(rows):
    """run -> log_volume of the whole complex and height of the newest vertex, by stage."""
    whole = rows[rows["simplex"] == -1].set_index(["run", "stage"])["log_volume"]
    height = rows[rows["simplex"] >= 0].groupby(["run", "stage"])["height"].min()
    table = pd.DataFrame({"log_volume": whole, "height": height}).sort_index()
    courses = {run: part.droplevel("run") for run, part in table.groupby(level="run")}
    if short := [run for run, course in courses.items() if len(course) < 2]:
        raise ValueError(f"volumes of {rows['subspace'].iloc[0]}, run {short[0]}, are of one stage; add two connectors or more")
    return courses


def _slope(values):
    """Of the straight line of least squares; not finite if a value is not."""
    away = values.index.to_numpy() - values.index.to_numpy().mean()
    return float((away * values.to_numpy()).sum() / (away**2).sum())


def _first(sign, courses):
    """By run: the first stage with the sign, or one more than the last."""
    signs = {run: sign(course) for run, course in courses.items()}
    return pd.Series({run: seen.idxmax() if seen.any() else seen.index[-1] + 1 for run, seen in signs.items()}, dtype=float)


def _collapsed(course):
    return course["log_volume"] < course["log_volume"].cummax().shift() + math.log(COLLAPSED)


def _low(course):
    later = course["height"].iloc[1:]
    return (later < LOW * later.expanding().median().shift()).reindex(course.index, fill_value=False)
