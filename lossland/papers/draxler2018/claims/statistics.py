"""What batch-norm statistics do to the saddles of Draxler et al. 2018 (arXiv 1803.00885), whose released code carries them.

    rise = highest value on a band (refined) - mean of its ends        of train nll and of test error

The released band holds running statistics as coordinates, and a point between two pivots has interpolated ones. Here: one
band under `interpolated` statistics against the same under `recalibrated` ones; and the band as `released`, with the
statistics that it `carried`, against ours, which leaves them out and recalibrates. That interpolation overstates a saddle is
our claim, not the paper's, as is the bar of twice the rise. Bands are compared run by run, and only those that share none.
"""

from lossland.statistics.tables import Table, entries, rises
from lossland.statistics.verdicts import Claim, together, unshared

CAPTION = """
Each row says how much higher a saddle seems where batch-norm statistics are interpolated, on the same band or on one that has
them as coordinates, as the released code does, than where they are recalibrated at every point (mean ± standard deviation
over n bands that share no minimum). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if
our mean lies on the wrong side; else our runs do not decide. The paper does not mention its statistics.
"""
TWICE = 2
SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}


def check(
    *,
    recalibrated: Table("saddles"),
    interpolated: Table("saddles"),
    carried: Table("saddles"),
    titles: list[list[str]],
) -> list[Claim]:
    """`titles` lists [band, band as released, title], of the same pair of minima in the same run.

    Raises ValueError where runs differ.
    """
    claims = []
    for band, released, name in entries("titles", titles, "band", "band as released", "title"):
        others = {
            "interpolated": (interpolated, band, "statistics are interpolated on the same band"),
            "carried": (carried, released, "a band is made and evaluated as released"),
        }
        for role, (table, subspace, how) in others.items():
            rows = {what: _rises(recalibrated, band, role, table, subspace, what) for what in SCORES}
            claims += [_higher(role, how, name, what, *rows[what]) for what in SCORES]
            claims.append(_times(role, how, name, *rows["train", "nll"]))
    return claims


def _rises(recalibrated, band, role, table, subspace, what):
    """(ours, theirs): the rises of bands that share no minimum, by run."""
    ours, theirs = rises(recalibrated, band, "recalibrated", *what), rises(table, subspace, role, *what)
    apart = unshared(ours).index
    return [rows["rise"][apart] for rows in together({"recalibrated": ours, role: theirs}).values()]


def _higher(role, how, name, what, ours, theirs):
    split, quantity = what
    return Claim(
        name=f"{role} statistics overstate saddles: {split} {quantity}, {name}",
        says=f"The saddle seems higher where {how} than where they are recalibrated ({name}).",
        of=f"{SCORES[what]}: rise with {role} statistics - with recalibrated ones",
        values=list(theirs - ours),
        published=[],
        above=0,
    )


def _times(role, how, name, ours, theirs):
    return Claim(
        name=f"{role} statistics, times as high: {name}",
        says=f"The saddle seems more than twice as high where {how} ({name}).",
        of=f"rise of the train nll with {role} statistics / with recalibrated ones",
        values=list(theirs / ours.where(ours > 0)),
        published=[],
        above=TWICE,
    )
