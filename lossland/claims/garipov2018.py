"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about curves between networks, from `shape` tables, pair by pair."""

import pandas as pd

from lossland.claim import Claim
from lossland.published import numbers


def check(*, segment: pd.DataFrame, bezier: pd.DataFrame, polychain: pd.DataFrame) -> list[Claim]:
    loss = {n: _of(t, "train", "loss") for n, t in (("Segment", segment), ("Bezier", bezier), ("Polychain", polychain))}
    error = {n: _of(t, "test", "error") for n, t in (("Segment", segment), ("Bezier", bezier), ("Polychain", polychain))}
    ends = loss["Segment"][["start", "end"]].max(axis=1)
    claims = []
    for curve, name in (("Bezier", "Bezier curve"), ("Polychain", "polygonal chain")):
        claims += [
            Claim(
                f"barrier of the segment against the {name}",
                f"The train loss on the straight segment rises far higher than on the {name} between the same networks.",
                _range(_printed("Segment", "train_loss_max") / _printed(curve, "train_loss_max")),
                f"highest train loss on the segment / on the {name}",
                list(loss["Segment"]["max"] / loss[curve]["max"]),
                above=5,
            ),
            Claim(
                f"low loss along the {name}",
                f"The train loss along the {name} stays about as low as at the two networks.",
                _range(_printed(curve, "train_loss_max") / _printed("Single", "train_loss_max")),
                f"highest train loss on the {name} / at the ends",
                list(loss[curve]["max"] / ends),
                below=2,
            ),
            Claim(
                f"test error along the {name}",
                f"The test error along the {name} stays close to that of the two networks.",
                _range(_printed(curve, "test_error_percent_max") - _printed("Single", "test_error_percent_max"), " points"),
                f"highest test error on the {name} - at the ends, in percentage points",
                list(100 * (error[curve]["max"] - error["Segment"][["start", "end"]].max(axis=1))),
                below=2.5,
            ),
            Claim(
                f"mean against integral on the {name}",
                "The loss averaged uniformly over t, which training minimises, is close to that over arc length.",
                _range((_printed(curve, "train_loss_mean") / _printed(curve, "train_loss_int") - 1).abs()),
                "|mean / int - 1| of the train loss",
                list((loss[curve]["mean"] / loss[curve]["int"] - 1).abs()),
                below=0.05,
            ),
        ]
    claims.append(
        Claim(
            "lengths of the curves",
            "The Bezier curve between two networks is shorter than the polygonal chain.",
            _range(_printed("Polychain", "length_ratio") / _printed("Bezier", "length_ratio")),
            "length of the polygonal chain / of the Bezier curve",
            list(loss["Polychain"]["length"] / loss["Bezier"]["length"]),
            above=1,
        )
    )
    return claims


def _of(table, split, quantity):
    """One row a run, in the order of the runs."""
    rows = table[(table["split"] == split) & (table["quantity"] == quantity)]
    return rows.set_index("run").sort_index()


def _printed(curve, metric):
    """The values of Table 2, one for each architecture and dataset."""
    rows = numbers("garipov2018", table="Table 2", method=curve, metric=metric)
    return rows.set_index(["arch", "dataset"])["value"]


def _range(values, unit=""):
    values = values.dropna()
    return f"{values.min():.2g} to {values.max():.2g}{unit} (Table 2, {len(values)} networks)"
