"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about curves between networks, from `shape` tables, pair by pair.

Published values are those of Table 2 and of the README of the released code, of all networks or of those that are named.
Where a claim says that something stays low, its bar is the worst of these values; "far higher" is taken as five times.
WRN-28-10 is left out of the comparison of mean and integral: in Table 2 the mean of its Bezier curve, 0.038, is also the
maximum, beside an integral of 0.033, and is taken for a misprint.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables

CAPTION = """
Each row holds one claim of the paper against our runs: what it says, what was measured, the range that the paper prints,
the bar, and ours (mean ± standard deviation over n pairs of networks). A claim holds if a one-sided t-test against the bar
gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. The paper trained one
pair and one curve for each network and dataset, without error bars.
"""
CURVES = {"Bezier": "Bezier curve", "Polychain": "polygonal chain"}
MISPRINT = ("Table 2", "WRN-28-10", "CIFAR-10")


def check(
    *,
    segment: Table("shape"),
    bezier: Table("shape"),
    polychain: Table("shape"),
    networks: list[str] = (),
    dataset: str = "",
) -> list[Claim]:
    """`networks` (as the paper's tables and the README write them) and `dataset` choose the published values.

    Raises ValueError where nothing is published of them.
    """
    tables = {"Segment": segment, "Bezier": bezier, "Polychain": polychain}
    loss, error = paired_tables(tables, "train", "loss"), paired_tables(tables, "test", "error")
    printed = _Printed(networks, dataset)
    low = [claim for curve in CURVES for claim in _low(curve, loss, error, printed)]
    same = [_mean_and_integral(curve, loss[curve]) for curve in CURVES]
    lengths = Claim(
        name="lengths of the curves",
        says="The Bezier curve between two networks is shorter than the polygonal chain.",
        of="length of the polygonal chain / of the Bezier curve",
        values=list(loss["Polychain"]["length"] / loss["Bezier"]["length"]),
        published=list((printed("Polychain", "length_ratio") / printed("Bezier", "length_ratio")).dropna()),
        above=1,
    )
    return [*low, *same, lengths]


def _low(curve, loss, error, printed):
    name, single = CURVES[curve], "Single"
    ends = {n: table["Segment"][["start", "end"]].max(axis=1) for n, table in (("loss", loss), ("error", error))}
    barrier = printed("Segment", "train_loss_max") / printed(curve, "train_loss_max")
    rise = (printed(curve, "train_loss_max") / printed(single, "train_loss_max")).dropna()
    worse = (printed(curve, "test_error_percent_max") - printed(single, "test_error_percent_max")).dropna() / 100
    return [
        Claim(
            name=f"barrier of the segment against the {name}",
            says=f"The train loss on the straight segment rises far higher than on the {name} between the same networks.",
            of=f"highest train loss on the segment / on the {name}",
            values=list(loss["Segment"]["max"] / loss[curve]["max"]),
            published=list(barrier.dropna()),
            above=5,
        ),
        Claim(
            name=f"low loss along the {name}",
            says=f"The train loss along the {name} stays about as low as at the two networks.",
            of=f"highest train loss on the {name} / at the ends",
            values=list(loss[curve]["max"] / ends["loss"]),
            published=list(rise),
            below=rise.max(),
        ),
        Claim(
            name=f"test error along the {name}",
            says=f"The test error along the {name} stays close to that of the two networks.",
            of=f"highest test error on the {name} - at the ends, as a fraction",
            values=list(error[curve]["max"] - ends["error"]),
            published=list(worse),
            below=worse.max(),
        ),
    ]


def _mean_and_integral(curve, loss):
    everywhere = _Printed((), "")
    apart = pd.concat([_apart(everywhere(c, "train_loss_mean"), everywhere(c, "train_loss_int")) for c in CURVES])
    apart = apart.drop(MISPRINT).dropna()
    return Claim(
        name=f"mean against integral on the {CURVES[curve]}",
        says="The loss averaged uniformly over t, which training minimises, is close to that over arc length.",
        of="difference of mean and int of the train loss / int",
        values=list(_apart(loss["mean"], loss["int"])),
        published=list(apart),
        below=apart.max(),
    )


def _apart(a, b):
    return (a / b - 1).abs()


class _Printed:
    """The printed values of a metric, one for each source, architecture and dataset."""

    def __init__(self, networks, dataset):
        rows = numbers("garipov2018", table=["Table 2", "README curves"], arch=networks, dataset=dataset)
        if rows.empty:
            raise ValueError(
                f"nothing is published of {', '.join(networks)} on {dataset or 'any dataset'}; name them as printed"
            )
        self._rows = rows.set_index(["method", "metric"])

    def __call__(self, curve, metric):
        rows = self._rows[self._rows.index == (curve, metric)]
        return rows.set_index(["table", "arch", "dataset"])["value"]
