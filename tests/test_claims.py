"""Verdicts: a claim holds, is contradicted, undecided or not measurable by its numbers alone; and the claims can fail."""

import dataclasses
from functools import partial

import numpy as np
import pandas as pd
import pytest
from conftest import judged
from planted import planted
from scipy import stats

from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import paired
from lossland.statistics.verdicts import Check, Claim, as_published, judge, table, trained


def _verdict(ours, **words):
    (row,) = judge(table([Claim("c", ours, of="m", says="s", **words)])).to_dict("records")
    return row


UNKNOWN = "what the choice of the test examples leaves open is not known"
SCORES = 1 + np.linspace(-1, 1, 10) + np.array([[0.01], [0], [-0.01]])  # three runs on the same ten examples


@pytest.mark.parametrize(
    ("ours", "words", "verdict", "reason"),
    [
        ([9, 10, 11], {"above": 5}, "holds", ""),
        ([9, 10, 11], {"below": 5}, "contradicted", "10 (7.52 to 12.5) against below 5: q = 0.0"),
        ([1, 10, 12], {"above": 5}, "undecided", "7.67"),
        ([4.9, 5.3, 5.0], {"below": 5}, "undecided", "5.07"),
        ([10], {"above": 5}, "not measurable", "one run: nothing is known of the spread"),
        ([], {"above": 5}, "not measurable", "no run"),
        ([5, 5, 5], {"below": 5}, "undecided", "5 (5 to 5)"),
        ([-1e-18, -3e-18, 1e-19], {"above": 0}, "undecided", "-1.3"),
        ([4] * 6, {"below": 5}, "undecided", "4 (4 to 4)"),
        ([9, float("nan"), 11], {"above": 5}, "not measurable", "not every run gave a finite number"),
        ([9, 10, 11], {"above": 5, "presumes": trained([0.1, 0.67], below=0.3)}, "not measurable", "trained to 67 % train error"),
        ([9, 10, 11], {"above": 5, "presumes": trained([0.1, 0.2], below=0.3)}, "holds", ""),
        ([9, 10, 11], {"above": 5, "presumes": trained([0.01], below=0.0)}, "not measurable", "below 0 % is presumed"),
        ([0.5, 2.0, 1.1], {"above": 1, "ratio": True}, "undecided", "1.03 ("),
        ([8, 9, 10], {"above": 5, "ratio": True}, "holds", ""),
        ([1, 2, 0.0], {"above": 1, "ratio": True}, "not measurable", "not above 0"),
        ([0.01, -0.01, 0.02], {"same": 0.1, "because": "ours"}, "holds", ""),
        ([0.51, 0.49, 0.52], {"same": 0.1, "because": "ours"}, "contradicted", "against within 0.1 of 0"),
        ([0.3, -0.4, 0.2], {"same": 0.1, "because": "ours"}, "undecided", ""),
        ({"a": [9, 10, 11], "b": [6, 6.1, 6.2]}, {"above": 5}, "holds", ""),
        ({"a": [9, 10, 11], "b": [4, 6, 7]}, {"above": 5}, "undecided", "5.67"),
        ({"a": [9, 10, 11], "b": [1, 1.1, 1.2]}, {"above": 5}, "contradicted", "1.1"),
        ([0.02, 0.025, 0.03], {"above": 0}, "holds", ""),
        ([0.02, 0.025, 0.03], {"above": 0, "sampling": of_errors(0.03, 0.03, examples=200)}, "undecided", "0.025"),
        ([0.02, 0.025, 0.03], {"above": 0, "sampling": of_errors(examples=100, differ=[0.02, np.nan])}, "not measurable", UNKNOWN),
        ({"a": [2, 3], "b": [2, 3]}, {"above": 1, "ratio": True, "sampling": {"a": 0, "b": np.inf}}, "not measurable", UNKNOWN),
        (SCORES.mean(axis=1), {"above": 0.8, "sampling": SCORES + np.diag([np.nan] * 10)[:3]}, "not measurable", UNKNOWN),
        (SCORES.mean(axis=1), {"above": 0.8}, "holds", ""),
        (SCORES.mean(axis=1), {"above": 0.8, "sampling": SCORES}, "undecided", "1 ("),
        ({"a": SCORES.mean(axis=1), "b": [9, 10, 11]}, {"above": 0.8, "sampling": {"a": 0, "b": 0}}, "holds", ""),
        ({"a": SCORES.mean(axis=1), "b": [9, 10, 11]}, {"above": 0.8, "sampling": {"a": SCORES, "b": 0}}, "undecided", "1 ("),
        ([5.1, 5.2, 5.3], {"above": 5}, "holds", ""),
        ([5.1, 5.2, 5.3], {"above": 5, "bar_of": 1}, "undecided", ""),
    ],
)  # fmt: skip
def test_verdicts(ours, words, verdict, reason):
    row = _verdict(ours, **words)
    assert row["verdict"] == verdict, row["reason"]
    assert reason in row["reason"]
    assert bool(row["reason"]) == (verdict != "holds")


def test_p_and_interval_are_those_of_the_t_test():
    ours = [9.0, 10.0, 12.0]
    row, known = _verdict(ours, above=8), stats.ttest_1samp(ours, 8, alternative="greater")
    assert (row["p_holds"], row["p_contradicted"]) == pytest.approx((known.pvalue, 1 - known.pvalue))
    assert (row["low"], row["high"]) == pytest.approx(tuple(stats.ttest_1samp(ours, 8).confidence_interval()))
    assert np.isnan(_verdict([10], above=5)["p_holds"])


def test_the_part_that_is_shown_is_the_weakest():
    row = _verdict({"a": [9, 10, 11], "b": [4, 6, 7]}, above=5)
    assert row["measured"] == "m; shown: b, the weakest of 2"
    assert row["p_holds"] == pytest.approx(stats.ttest_1samp([4, 6, 7], 5, alternative="greater").pvalue)


def test_of_two_samples_that_do_not_go_in_pairs_the_means_are_compared():
    """Welch's test, by its formula; the paired one would find no difference between the runs."""
    ours, less = np.array([9.0, 10.0, 12.0, 11.0]), np.array([1.0, 5.0, 3.0])
    row = _verdict(list(ours), above=2, less=list(less))
    a, b = ours.var(ddof=1) / 4, less.var(ddof=1) / 3
    t, freedom = (ours.mean() - less.mean() - 2) / (a + b) ** 0.5, (a + b) ** 2 / (a**2 / 3 + b**2 / 2)
    assert row["p_holds"] == pytest.approx(stats.t.sf(t, freedom))
    assert (row["effect"], row["spread"], row["n"]) == (7.5, pytest.approx((4 * a + 3 * b) ** 0.5), 3)
    assert row["verdict"] == "holds"
    assert _verdict(list(less), above=0, less=list(ours))["verdict"] == "contradicted"
    assert _verdict([10, 10], above=0, less=[1])["verdict"] == "not measurable"
    assert _verdict([10, 10], above=0, less=[1, np.nan])["verdict"] == "not measurable"
    doubled = _verdict(list(2 * less), above=1, less=list(less), ratio=True)
    assert doubled["effect"] == pytest.approx(2)
    assert _verdict([4, 4], above=1, less=[2, 2], ratio=True, presumes="trained to 67 % train error")["effect"] == 2


def test_q_is_that_of_all_claims_of_a_report_and_each_side_has_its_own():
    """One of twenty claims at p = 0.04 is what chance gives; checks do not count."""
    rows = table([Claim(f"c{i}", [9, 10, 11], of="m", says="s", above=5) for i in range(20)] + [Check("k", False, "It is.")])
    rows.loc[:19, "p_holds"] = [0.001, 0.04, *np.linspace(0.3, 0.9, 17), 0.999]
    rows.loc[:19, "p_contradicted"] = 1 - rows.loc[:19, "p_holds"]
    judged = judge(rows)
    assert judged["verdict"].tolist() == ["holds", *["undecided"] * 18, "contradicted", "failed"]
    assert judged["q"].iloc[:2].tolist() == pytest.approx([20 * 0.001, 20 * 0.04 / 2])
    assert judge(rows[1:2])["verdict"].tolist() == ["holds"], "alone"
    rows.loc[20, "reason"] = ""
    assert judge(rows)["verdict"].iloc[-1] == "passed"
    assert judge(table([Check("k", True, "It is.")]))["verdict"].tolist() == ["passed"]


def test_as_published_is_as_near_as_theirs_can_tell():
    held = partial(as_published, "c", of="m", says="s")
    near, far = [0.051, 0.050, 0.0495, 0.0505], [0.081, 0.080, 0.0795, 0.0805]
    rows = judged([
        dataclasses.replace(held(ours, printed, **how), name=f"{i}{printed}{how}")
        for i, ours in enumerate((near, far))
        for printed, how in ((0.05, {"examples": 10_000}), ([0.049, 0.051, 0.0505], {"examples": 10_000}), (0.05, {"margin": 0.01, "because": "a point"}))
    ])  # fmt: skip
    assert rows["verdict"].tolist() == ["holds"] * 3 + ["contradicted"] * 3
    assert rows["tolerance"].iloc[0] == pytest.approx(0.005 + 1.96 * (0.05 * 0.95 / 10_000) ** 0.5)
    with pytest.raises(ValueError, match="a tolerance is of error rates"):
        held(near, 0.05)


@pytest.mark.parametrize("n", [3, 10])
def test_an_exact_replication_of_an_error_rate_holds_more_often_than_not(n):
    """Runs that differ by 0.15 points, of one recipe, on test sets of 10,000."""
    rng, luck, held = np.random.default_rng(n), (0.05 * 0.95 / 10_000) ** 0.5, []
    for _ in range(300):
        (theirs, *ours), (a, b) = rng.normal(0.05, 0.0015, n + 1), rng.normal(0, luck, 2)
        row = as_published("c", np.add(ours, a), theirs + b, examples=10_000, sampling=luck, of="m", says="s").row()
        held.append([row["p_holds"] < 0.05, row["p_contradicted"] < 0.05])
    holds, contradicted = np.mean(held, axis=0)
    assert holds > 0.6
    assert contradicted <= 0.05


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({}, "needs one of above, below, same and apart"),
        ({"above": 1, "below": 2}, "needs one of above, below, same and apart"),
        ({"same": 1}, "a margin without a reason"),
        ({"above": 0, "ratio": True}, "a bar that is not above 0"),
    ],
)
def test_claims_without_a_clear_bar_are_refused(words, told):
    with pytest.raises(ValueError, match=told):
        Claim("c", [1, 2], of="m", says="s", **words)


def test_runs_are_paired_by_their_names():
    rows = planted("shape", labels=["a", "b"], runs=["1", "2"], ratio=lambda row: row.run + 10 * (row.label == "b"))
    a, b = paired(rows[::-1], "a", "b")
    assert (b["ratio"] - a["ratio"]).to_dict() == {"1": 10, "2": 10}
    for odd in (rows[:-1], pd.concat([rows, rows[-1:]])):
        with pytest.raises(ValueError, match="runs cannot be paired: b has 1"):
            paired(odd, "a", "b")
    with pytest.raises(ValueError, match="there are no rows of subspace c in a, b, only of a, b"):
        paired(rows, "a", "c")


def test_published_numbers_of_li2018_are_numbers_each_with_one_key_and_a_status():
    rows = numbers("li2018", remembered=True)
    assert len(rows) == 42 + 7 + 1, "seven pairs of loss and error, one range"
    assert np.isfinite(rows["value"]).all()
    assert set(rows["status"]) == {"confirmed", "secondary", "from_memory"}
    assert not rows.duplicated(["table", "arch", "method", "setting", "metric"]).any()
    seventh = numbers("li2018", table="Sec. 7").set_index("metric")["value"]
    assert seventh.to_dict() == {"variance_of_two_components_percent_min": 40, "variance_of_two_components_percent_max": 90}


def test_published_numbers_of_fort2019_are_numbers_each_with_one_key_and_a_status():
    rows = numbers("fort2019", remembered=True)
    assert len(rows) == 58 + 3 * 2 + 1 + 1, "three ranges, one highest value, one pair"
    assert np.isfinite(rows["value"]).all()
    assert set(rows["status"]) == {"confirmed", "derived", "secondary", "digitised", "from_memory"}
    assert not rows.duplicated(["table", "arch", "dataset", "method", "setting", "metric"]).any()
    apart = rows[(rows["arch"] == "SmallCNN*") & (rows["setting"] == "off-diagonal")].set_index("metric")["value"]
    assert apart.to_dict() == {"cosine_max": 0.03, "disagreement_min": 0.259, "disagreement_max": 0.287}


def test_what_is_remembered_of_a_paper_is_given_to_who_asks():
    assert "from_memory" not in set(numbers("li2018")["status"])
    assert "from_memory" not in set(numbers("li2018", table=["Table 1", "Table 2"], arch="ResNet-56")["status"])
    asked = numbers("li2018", table="Table 1", arch="ResNet-56", remembered=True)
    assert asked["status"].value_counts().to_dict() == {"from_memory": 6, "confirmed": 2}
    assert set(numbers("li2018", remembered=True)["status"]) - set(numbers("li2018")["status"]) == {"from_memory"}
