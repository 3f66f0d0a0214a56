"""The claims of Benton et al. 2021 (arXiv 2102.13042) about volume and dimension, section 4.3 and figure 5, in several arms.

    growth   = slope of log V against the number of connectors, over as many as the paper's volume grows for
    collapse = the first number of connectors at which V is below a hundredth of the highest before
    low      = that at which the newest connector lies lower than a tenth of the median height of those before it

with height the distance from the face of the others, the least over simplexes, and the first connector, which is as high as
half the way between the modes, left apart; one more than were added where there is none. An arm is how the volume that pushes
was computed (float64, or float32 as in the released code) and how lambda was chosen; what is claimed of, is measured in
float64. V has another unit at each number of connectors and can fall though none lies low: the height says what it means.
Two arms are compared by `low`, and a comparison says what differs between them: the determinant at an equal rule of lambda, the
rule at an equal determinant, the floor alone. These comparisons, the hundredth (the paper's V falls by nine orders) and the
tenth are ours.
"""

import math

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, entries, parts, rows_of, where
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the volume of a complex against the number of its connectors, in one arm of figure 5, for n
complexes (mean ± standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold
if our mean lies on the wrong side; else our runs do not decide. In the paper the volume grows up to ten connectors and
collapses with the eleventh, hence at least ten dimensions; arms of fewer connectors have no claim about that. Two arms are
compared by how many connectors fit in before the newest lies low; each such claim names what differs between them.
"""
LOW, COLLAPSED = 0.1, 0.01


def check(
    *,
    volumes: Table("volume"),
    arms: list[list[str]],
    compared: list[list[str]],
) -> list[Claim]:
    """`arms` lists [subspace, name], `compared` [subspace, subspace in which more connectors are to fit, what differs].

    Of an arm that ends before the paper's collapse only the growth is claimed. Raises ValueError where an arm has no rows, or
    one stage, or two that are compared have other runs.
    """
    dimension = int(numbers("benton2021", table="Figure 5", metric="dimension_min")["value"].item())
    claims = [
        claim for name, rows in parts(volumes, arms, "volumes", "arms") for claim in _of_arm(name, _courses(rows), dimension)
    ]
    chosen = entries("compared", compared, "earlier", "later", "what differs")
    return claims + [_longer(volumes, *entry) for entry in chosen]


def _longer(volumes, earlier, later, what):
    arms = {"earlier": earlier, "later": later}
    found = together({role: _first(_low, _courses(rows_of(volumes, arm, "volumes"))) for role, arm in arms.items()})
    return Claim(
        name=f"connectors fit in longer: {what}",
        says=f"More connectors fit in with {later} than with {earlier}; what differs is {what}.",
        of="number of connectors at which the newest lies low, one more than were added where there is none: later - earlier",
        values=list(found["later"] - found["earlier"]),
        published=[],
        above=0,
    )


def _of_arm(name, courses, dimension):
    grows = Claim(
        name=f"the volume grows: {name}",
        says=f"The volume grows with the number of connectors ({name}).",
        of=f"growth of log V [nats] with one connector more, of the first {dimension} at most",
        values=[_slope(course["log_volume"].iloc[:dimension]) for course in courses.values()],
        published=[],
        above=0,
    )
    if min(map(len, courses.values())) <= dimension:
        return [grows]
    return [grows] + [
        Claim(
            name=f"{what}: {name}",
            says=f"{what.capitalize()} at connector {dimension + 1} or before ({name}).",
            of="number of connectors at which it does first, one more than were added where it does not",
            values=list(_first(sign, courses)),
            published=[dimension + 1],
            below=dimension + 1.5,
        )
        for what, sign in (("the volume collapses", _collapsed), ("the newest connector lies low", _low))
    ]


def _courses(rows):
    """run -> log_volume of the whole complex and height of the newest vertex, by stage."""
    whole = where(rows, simplex=-1).set_index(["run", "stage"])["log_volume"]
    height = rows[rows["simplex"] >= 0].groupby(["run", "stage"])["height"].min()
    table = pd.DataFrame({"log_volume": whole, "height": height}).sort_index()
    courses = {run: part.droplevel("run") for run, part in table.groupby(level="run")}
    if short := [run for run, course in courses.items() if len(course) < 2]:
        raise ValueError(f"volumes of {rows['subspace'].iloc[0]}, run {short[0]}, are of one stage; add two connectors or more")
    return courses


def _slope(values):
    """Of the straight line of least squares; not finite where a value is not."""
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
