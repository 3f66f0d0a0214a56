"""Verdicts: a claim holds, does not hold or stays undecided by its numbers alone; and the checks can fail."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lossland import claim
from lossland.claims import garipov2018
from lossland.published import curves, numbers


def _verdict(ours, **bar):
    return claim.Claim("c", "s", "m", ours, [1.0, 10.0], **bar).row()


@pytest.mark.parametrize(
    ("ours", "bar", "verdict"),
    [
        ([9, 10, 11], {"above": 5}, "holds"),
        ([9, 10, 11], {"below": 5}, "does not hold"),
        ([1, 10, 12], {"above": 5}, "undecided"),
        ([10], {"above": 5}, "undecided"),
        ([4, 4, 4], {"below": 5}, "holds"),
        ([5, 5, 5], {"below": 5}, "does not hold"),
        ([9, float("nan"), 11], {"above": 5}, "does not hold"),
    ],
)
def test_verdicts(ours, bar, verdict):
    row = _verdict(ours, **bar)
    assert row["verdict"] == verdict
    assert bool(row["reason"]) == (verdict != "holds")


def test_one_run_has_no_p():
    row = _verdict([10], above=5)
    assert np.isnan(row["p"])
    assert row["within_published"]


def test_p_is_that_of_the_t_test():
    expected = stats.ttest_1samp([9.0, 10.0, 12.0], 8, alternative="greater").pvalue
    assert _verdict([9, 10, 12], above=8)["p"] == pytest.approx(expected)


def _shape(highest, ratio, error):
    rows = []
    for run in ("1", "2", "3"):
        for split, quantity, top in (("train", "loss", highest), ("test", "error", error)):
            v = {"start": 0.1, "end": 0.1, "min": 0.1, "int": 0.1, "mean": 0.1, "max": top + 0.001 * int(run)}
            rows.append(
                {"run": run, "split": split, "quantity": quantity, "length": 10 * ratio, "ratio": ratio, "barrier": top} | v
            )
    return pd.DataFrame(rows)


def test_garipov_claims_follow_the_tables():
    good = garipov2018.check(segment=_shape(2, 1, 0.6), bezier=_shape(0.11, 1.1, 0.11), polychain=_shape(0.12, 1.3, 0.11))
    assert set(claim.table(good)["verdict"]) == {"holds"}
    flat = garipov2018.check(segment=_shape(0.1, 1, 0.1), bezier=_shape(2, 1.3, 0.5), polychain=_shape(2, 1.1, 0.5))
    verdicts = claim.table(flat).set_index("claim")["verdict"]
    assert (verdicts.filter(like="barrier") == "does not hold").all()
    assert (verdicts.filter(like="low loss") == "does not hold").all()
    assert (verdicts.filter(like="test error") == "does not hold").all()
    assert verdicts["lengths of the curves"] == "does not hold"


def test_published_numbers_are_whole():
    table2 = numbers("garipov2018", table="Table 2")
    assert len(table2) == 273
    segment = table2[(table2["method"] == "Segment") & (table2["arch"] == "3conv3fc")].set_index("metric")["value"]
    assert segment["train_loss_max"] == 2.416
    assert len(curves("garipov2018", "fig2_left_train_loss")) == 121 + 121 + 31
    assert np.isfinite(curves("garipov2018", "fig2_left_train_loss")["y"]).all()
