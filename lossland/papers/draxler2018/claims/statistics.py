"""What batch-norm statistics do to the saddles of Draxler et al. 2018 (arXiv 1803.00885), whose released code carries them.

    rise = highest value on a band (refined) - mean of its ends        of train nll and of test error

How much higher a saddle seems than on a band of ours, which leaves running statistics out and recalibrates them at every
point: if they are interpolated between the pivots of the same band; and if they are coordinates of a band made and evaluated
as in the released code, `carried` along. Bands are compared run by run, and only those that share no minimum.

The paper does not mention its statistics. That interpolation overstates a saddle is our claim, as is the bar of twice the
rise.
"""

from lossland.statistics.runs import by_run, together, unshared
from lossland.statistics.tables import Table, pick, risen
from lossland.statistics.verdicts import Claim

SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}
HOW = {"interpolated": "statistics are interpolated on the same band", "carried": "a band is made and evaluated as released"}
TWICE = 2


def check(
    *, recalibrated: Table("saddles"), interpolated: Table("saddles"), carried: Table("saddles"), network: str
) -> list[Claim]:
    """The three of the same runs. Raises ValueError if runs differ."""
    claims = []
    for (role, how), table in zip(HOW.items(), (interpolated, carried), strict=True):
        rises = {what: _rises(recalibrated, role, table, *what) for what in SCORES}
        claims += [_higher(role, how, network, what, *found) for what, found in rises.items()]
        ours, theirs = rises["train", "nll"]
        claims.append(
            Claim(f"{role} statistics, times as high: {network}", theirs / ours.where(ours > 0), origin="ours", above=TWICE,
                  of=f"rise of the train nll with {role} statistics / with recalibrated ones",
                  says=f"The saddle seems more than twice as high where {how} ({network}).")
        )  # fmt: skip
    return claims


def _rises(recalibrated, role, table, split, quantity):
    """(ours, theirs): the rises of bands that share no minimum, by run."""
    tables = {"recalibrated": recalibrated, role: table}
    rows = together({n: by_run(risen(pick(t, split=split, quantity=quantity))) for n, t in tables.items()})
    apart = unshared(rows["recalibrated"]).index
    return [found["rise"][apart] for found in rows.values()]


def _higher(role, how, network, what, ours, theirs):
    return Claim(f"{role} statistics overstate saddles: {' '.join(what)}, {network}", theirs - ours, origin="ours", above=0,
                 of=f"{SCORES[what]}: rise with {role} statistics - with recalibrated ones",
                 says=f"The saddle seems higher where {how} than where they are recalibrated ({network}).")  # fmt: skip
