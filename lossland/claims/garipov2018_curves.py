"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about curves between networks, from `shape` tables, pair by pair.

Published values are those of Table 2 and of the README of the released code. Where a claim says that something stays low,
its bar is the worst value that the paper itself prints; "far higher" is taken as five times.
"""

from typing import Annotated

import pandas as pd

from lossland.claim import Claim, paired
from lossland.published import numbers

CAPTION = """
Each row holds one claim of the paper against our runs: what it says, what was measured, the range that the paper prints,
the bar, and ours (mean ± standard deviation over n pairs of networks). A claim holds if a one-sided t-test against the bar
gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. The paper trained one
pair and one curve for each network and dataset, without error bars.
"""


def check(
    *,
    segment: Annotated[pd.DataFrame, "shape"],
    bezier: Annotated[pd.DataFrame, "shape"],
    polychain: Annotated[pd.DataFrame, "shape"],
) -> list[Claim]:
    tables = {"Segment": segment, "Bezier": bezier, "Polychain": polychain}
    loss, error = paired(tables, "train", "loss"), paired(tables, "test", "error")
    ends = {"loss": loss["Segment"][["start", "end"]].max(axis=1), "error": error["Segment"][["start", "end"]].max(axis=1)}
    claims = []
    for curve, name in (("Bezier", "Bezier curve"), ("Polychain", "polygonal chain")):
        rise = _printed(curve, "train_loss_max") / _printed("Single", "train_loss_max")
        worse = _printed(curve, "test_error_percent_max") - _printed("Single", "test_error_percent_max")
        claims += [
            Claim(
                f"barrier of the segment against the {name}",
                f"The train loss on the straight segment rises far higher than on the {name} between the same networks.",
                f"highest train loss on the segment / on the {name}",
                list(loss["Segment"]["max"] / loss[curve]["max"]),
                list((_printed("Segment", "train_loss_max") / _printed(curve, "train_loss_max")).dropna()),
                above=5,
            ),
            Claim(
                f"low loss along the {name}",
                f"The train loss along the {name} stays about as low as at the two networks.",
                f"highest train loss on the {name} / at the ends",
                list(loss[curve]["max"] / ends["loss"]),
                list(rise.dropna()),
                below=rise.max(),
            ),
            Claim(
                f"test error along the {name}",
                f"The test error along the {name} stays close to that of the two networks.",
                f"highest test error on the {name} - at the ends, as a fraction",
                list(error[curve]["max"] - ends["error"]),
                list(worse.dropna() / 100),
                below=worse.max() / 100,
            ),
        ]
    apart = pd.concat([_apart(_printed(c, "train_loss_mean"), _printed(c, "train_loss_int")) for c in ("Bezier", "Polychain")])
    claims += [
        Claim(
            f"mean against integral on the {name}",
            "The loss averaged uniformly over t, which training minimises, is close to that over arc length.",
            "difference of mean and int of the train loss / int",
            list(_apart(loss[curve]["mean"], loss[curve]["int"])),
            list(apart.dropna()),
            below=apart.max(),
        )
        for curve, name in (("Bezier", "Bezier curve"), ("Polychain", "polygonal chain"))
    ]
    claims.append(
        Claim(
            "lengths of the curves",
            "The Bezier curve between two networks is shorter than the polygonal chain.",
            "length of the polygonal chain / of the Bezier curve",
            list(loss["Polychain"]["length"] / loss["Bezier"]["length"]),
            list((_printed("Polychain", "length_ratio") / _printed("Bezier", "length_ratio")).dropna()),
            above=1,
        )
    )
    return claims


def _printed(curve, metric):
    """The printed values of a metric, one for each source, architecture and dataset."""
    rows = numbers("garipov2018", method=curve, metric=metric)
    rows = rows[rows["table"].isin(["Table 2", "README curves"])]
    return rows.set_index(["table", "arch", "dataset"])["value"]


def _apart(a, b):
    return (a / b - 1).abs()
