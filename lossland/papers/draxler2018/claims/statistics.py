"""What batch-norm statistics do to the saddles of Draxler et al. 2018 (arXiv 1803.00885), whose released code carries them.

    rise = highest train nll on a band (refined) - mean of its ends

How much higher a saddle seems than on a band of ours, which leaves running statistics out and recalibrates them at every
point: if they are interpolated between the pivots of the same band; and on a band made and evaluated as in the released code,
with statistics for coordinates that are carried along. Bands are compared run by run.

The paper does not mention its statistics; both claims are ours.
"""

from lossland.options import Fraction
from lossland.statistics.runs import by_run, together
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, pick, risen
from lossland.statistics.verdicts import Claim

HOW = {"interpolated": "if statistics are interpolated on the same band", "carried": "on a band made and evaluated as released"}


def check(
    *,
    recalibrated: Table("saddles"),
    interpolated: Table("saddles"),
    carried: Table("saddles"),
    network: str,
    level: Fraction | None = None,
) -> list[Claim]:
    """The three of the same runs. Raises ValueError if runs differ."""
    tables = {"recalibrated": recalibrated, "interpolated": interpolated, "carried": carried}
    rises = together({n: by_run(risen(pick(t, split="train", quantity="nll")))["rise"] for n, t in tables.items()})
    return [
        Claim(f"{role} statistics overstate saddles: {network}", rises[role] / rises["recalibrated"], ratio=True, above=1,
              origin="ours", presumes=untrained(recalibrated, level),
              of=f"rise of the train nll with {role} statistics / with recalibrated ones",
              says=f"A saddle seems higher {how} than on a band whose statistics are recalibrated ({network}).")
        for role, how in HOW.items()
    ]  # fmt: skip
