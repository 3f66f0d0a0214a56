"""Verdicts: a claim holds, is contradicted, undecided or not measurable by its numbers alone; and the claims can fail."""

import dataclasses
from functools import partial

import numpy as np
import pandas as pd
import pytest
from conftest import judged
from planted import planted
from scipy import stats

from lossland.papers.garipov2018.claims import curves, ensembles, fge, language, studies, width
from lossland.papers.published import curves as digitised
from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import paired
from lossland.statistics.verdicts import KEY, SCHEMA, Check, Claim, as_published, judge, table, trained
from lossland.workflow import files


def _verdict(ours, **words):
    (row,) = judge(table([Claim("c", ours, of="m", says="s", **words)])).to_dict("records")
    return row


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
        ([4, 4, 4], {"below": 5}, "undecided", "q = 0.12"),
        ([4] * 6, {"below": 5}, "holds", ""),
        ([9, float("nan"), 11], {"above": 5}, "not measurable", "not every run gave a finite number"),
        ([9, 10, 11], {"above": 5, "presumes": trained([0.1, 0.67], below=0.3)}, "not measurable", "trained to 67 % train error"),
        ([9, 10, 11], {"above": 5, "presumes": trained([0.1, 0.2], below=0.3)}, "holds", ""),
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
        for printed, how in ((0.05, {"examples": 10_000}), ([0.049, 0.051, 0.0505], {}), (0.05, {"margin": 0.01, "because": "a point"}))
    ])  # fmt: skip
    assert rows["verdict"].tolist() == ["holds"] * 3 + ["contradicted"] * 3
    assert rows["tolerance"].iloc[0] == pytest.approx(1.96 * (0.05 * 0.95 / 10_000) ** 0.5)
    with pytest.raises(ValueError, match="one printed value has no spread"):
        held(near, 0.05)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({}, "needs one of above, below and same"),
        ({"above": 1, "below": 2}, "needs one of above, below and same"),
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


def _shapes(**tops):
    """label -> (highest train loss, length / distance, highest test error); the ends are at 0.1."""
    highest = lambda row: tops[row.label][0 if row.split == "train" else 2] + 0.001 * row.run  # noqa: E731
    level = dict.fromkeys(("start", "end", "min", "int", "mean"), 0.1)
    kinds = {"split": ["train", "test"], "quantity": ["loss", "error"]}
    return planted("shape", labels=tops, max=highest, length=lambda row: tops[row.label][1], **level, **kinds)


LOW = {"segment": (2, 1, 0.6), "Bezier": (0.11, 1.1, 0.11), "chain": (0.12, 1.3, 0.11)}


def test_claims_about_curves_follow_the_tables():
    assert set(judged(curves.check(shapes=_shapes(**LOW)))["verdict"]) == {"holds"}
    high = judged(curves.check(shapes=_shapes(segment=(0.1, 1, 0.1), Bezier=(2, 1.3, 0.5), chain=(2, 1.1, 0.5))))
    assert set(high.filter(regex="barrier|low loss|test error|lengths", axis=0)["verdict"]) == {"contradicted"}


def test_claims_about_curves_of_one_network_have_its_own_bars():
    named = {"networks": ["VGG-16", "VGG16"], "dataset": "CIFAR-10"}
    everywhere, own = (judged(curves.check(shapes=_shapes(**LOW), **chosen)) for chosen in ({}, named))
    low = "low loss along the polygonal chain"
    assert everywhere.loc[low, "bar"] == "below 3.13"
    assert own.loc[low, "bar"] != everywhere.loc[low, "bar"]
    assert everywhere.loc["mean against integral on the Bezier curve", "bar"] == "below 0.0588", "without the misprint"
    with pytest.raises(ValueError, match="nothing is published of ResNet-9 on CIFAR-10"):
        curves.check(shapes=_shapes(**LOW), networks=["ResNet-9"], dataset="CIFAR-10")


def _nll(**tops):
    """label -> (highest train nll, length / distance, nll of the ends); runs are spread a little around these."""
    at = lambda i, power=1.0: lambda row: tops[row.label][i] * (0.9 + 0.05 * row.run) ** power  # noqa: E731
    end = lambda row: tops[row.label][2]  # noqa: E731
    kind = {"split": "train", "quantity": "nll"}
    return planted("shape", labels=tops, max=at(0), ratio=at(1, 0.1), start=end, end=lambda row: 0.9 * end(row), **kind)


def test_claims_about_width_tell_lower_from_flatter():
    """The widest has a tenth of the loss; its ends a twentieth, so that its curve rises more above them."""
    shapes = _nll(thin=(1.0, 1.4, 0.5), wide=(0.1, 1.1, 0.025))
    rows = judged(width.check(shapes=shapes, narrowest="thin", widest="wide"))
    assert rows["verdict"].tolist() == ["holds", "contradicted", "holds"]
    assert rows["effect"].tolist()[:2] == pytest.approx([10, 0.5])
    assert float(rows.loc["wider networks, lower curves", "published"]) == pytest.approx(0.0194 / 0.0015, abs=0.1)
    turned = judged(width.check(shapes=shapes, narrowest="wide", widest="thin"))
    assert turned["verdict"].tolist() == ["contradicted", "holds", "contradicted"]


@pytest.mark.parametrize(("segment", "ends", "verdict"), [(6.4, 4.1, "holds"), (3.7, 3.0, "contradicted")])
def test_claims_about_language_models_follow_the_tables(segment, ends, verdict):
    rows = judged(language.check(shapes=_nll(segment=(segment, 1, ends), Bezier=(3.6, 1.3, ends))))
    assert set(rows["verdict"]) == {verdict}
    assert float(rows.loc["segment between language models", "published"]) == pytest.approx(596.3 / 39.2, abs=0.1)


def _through_zero(moved, highest):
    """A path whose nll rises to `highest` and whose error is off by `moved`, where it is known; at 0.5 it is that of a guess."""
    error = {0: 0.1, 0.25: 0.1 + moved, 0.5: 0.9, 0.75: 0.2, 1: 0.2}
    nll = {0: 0.1, 0.25: highest, 0.5: highest, 0.75: highest, 1: 0.2}
    value = lambda row: error[row.u0] if row.quantity == "error" else nll[row.u0] + 0.01 * row.run  # noqa: E731
    return planted("landscape", u0=list(nll), split=["train", "test"], quantity=["nll", "error"], value=value)


def _two_chains(apart):
    """Six points in the plane for each run: ends 10 apart, the bends `apart` from one another."""
    points = lambda run: [0, 5 + 2j, 10, 0, 5 + 2j + apart * (1 + 0.01 * run), 10]  # noqa: E731
    distance = lambda row: abs(points(row.run)[row.first] - points(row.run)[row.second])  # noqa: E731
    pairs = planted("disagreement", first=range(6), second=range(6), distance=distance)
    return pairs[pairs["first"] < pairs["second"]]


@pytest.mark.parametrize(("moved", "highest", "apart", "verdict"), [(0, 2.3, 3, "holds"), (0.05, 0.21, 0.1, "contradicted")])
def test_claims_about_studies_follow_the_tables(moved, highest, apart, verdict, tmp_path):
    claims = studies.check(trivial=_through_zero(moved, highest), again=_two_chains(apart))
    assert judged(claims)["verdict"].tolist() == [verdict] * 3
    files.save_table(tmp_path / "c.parquet", table(claims), SCHEMA, KEY, "{}")
    kept = files.load_table(tmp_path / "c.parquet").set_index("claim")
    assert kept.loc["the trivial curve keeps the labels", "published"] == "none printed"
    assert float(kept.loc["curves are not unique", "published"]) == pytest.approx(0.592)


def test_pools_that_are_not_two_chains_are_refused():
    good = _two_chains(3)
    for pools in (good[good["second"] < 5], good.assign(distance=1.0)):
        with pytest.raises(ValueError, match="two chains of one bend with the same ends"):
            studies.check(trivial=_through_zero(0, 2.3), again=pools)


def _runs(**methods):
    """label -> (error, nll, epochs) of five runs; ensembles of two runs, which no claim is about, are much better."""
    at = lambda i: lambda row: methods[row.label][i] + 5e-4 * (row.subset - 2) if row.size == 1 else 0.0  # noqa: E731
    scores = {"error": at(0), "nll": at(1), "epochs": lambda row: methods[row.label][2] * row.size}
    return planted("ensemble", labels=methods, runs=[""], split=["train", "test"], size=[1, 2], subset=range(5), **scores)


def _pairs(**methods):
    """label -> (disagreement of two networks of one run, of two runs, distance inside a run); five runs of two networks."""
    same = lambda row: row.first // 2 == row.second // 2  # noqa: E731
    at = lambda i, other: lambda row: (i(row) if same(row) else other(row)) + 1e-3 * (row.first // 2)  # noqa: E731
    columns = {
        "source_first": lambda row: row.first // 2,
        "source_second": lambda row: row.second // 2,
        "same_source": same,
        "disagreement": at(lambda row: methods[row.label][0], lambda row: methods[row.label][1]),
        "distance": at(lambda row: methods[row.label][2], lambda row: 50.0),
    }
    pairs = planted("disagreement", labels=methods, runs=[""], first=range(10), second=range(10), **columns)
    return pairs[pairs["first"] < pairs["second"]]


OTHER_RUNS = {"Ind": (0.04, 0.15, 60), "SSE": (0.05, 0.12, 60)}
OTHER_PAIRS = {"Ind": (0.9, 0.2, 1.0), "SSE": (0.1, 0.2, 40.0)}


@pytest.mark.parametrize(
    ("run", "pair", "verdict"),
    [((0.02, 0.08, 58), (0.01, 0.2, 5.0), "holds"), ((0.06, 0.3, 58), (0.3, 0.2, 60.0), "contradicted")],
)
def test_claims_about_fge_follow_the_tables(run, pair, verdict):
    rows = judged(fge.check(ensembles=_runs(**OTHER_RUNS, FGE=run), pairs=_pairs(**OTHER_PAIRS, FGE=pair)))
    assert set(rows["verdict"]) == {verdict}
    assert rows["n"].tolist() == [5, 5, 5, 5, 2, 5], "two disjoint pairs of five runs"
    assert rows.loc["error of FGE against a single network", "effect"] == pytest.approx(0.04 - run[0])
    assert rows.loc["error of FGE against a single network", "published"] == "0.0017 to 0.017 (6 values)"
    expected = np.mean([(0.2 + 1e-3 * i) / (pair[0] + 1e-3 * (i + 0.5)) for i in (0, 2)])
    assert rows.loc["disagreement inside an FGE run", "effect"] == pytest.approx(expected)


def test_fge_that_cost_more_is_not_compared():
    pairs = _pairs(**OTHER_PAIRS, FGE=(0.1, 0.2, 5.0))
    with pytest.raises(ValueError, match="FGE runs of 61 epochs cannot be compared with 5 of a single network of 60"):
        fge.check(ensembles=_runs(**OTHER_RUNS, FGE=(0.02, 0.08, 61)), pairs=pairs)


@pytest.mark.parametrize(
    ("gain", "excess", "scale", "verdicts"),
    [
        (0.05, 0.05, 0.9, {"small t": "holds", "both ends": "holds", "temperatures": "holds"}),
        (0.05, 0.8, 1.1, {"small t": "holds", "both ends": "contradicted", "temperatures": "contradicted"}),
        # all ensembles are worse than the first network, those between worse than both ends
        (-0.05, -0.8, 1.1, {"small t": "contradicted", "both ends": "contradicted", "temperatures": "contradicted"}),
    ],
)
def test_claims_about_ensembles_on_a_curve_follow_the_tables(gain, excess, scale, verdicts):
    """Ensembles of the first network and one at t: better by `gain` at once, later worse than both ends by `excess` of it."""

    def value(row):
        later = (1 + (row.run - 1) / 50) * excess * (0.4 < row.u0 < 1)
        return 0.2 - (gain + (row.run - 1) / 1000) * ((row.u0 > 0) - later)

    members = {"member": ["with start", "alone"], "quantity": ["error", "nll"]}
    chain = planted("path_ensemble", u0=np.linspace(0, 1, 11), value=value, **members)
    at = partial(planted, "ensemble", split=["train", "test"])
    points = at(error=lambda row: 0.09 + 0.01 * row.run, nll=lambda row: 0.29 + 0.01 * row.run)
    factors = points["run"].map({"1": scale, "2": scale - 0.01, "3": scale})
    scaled = points.assign(error=points["error"] * factors, nll=points["nll"] * factors)
    rows = judged(ensembles.check(chain=chain, points=points, scaled=scaled))
    for name, verdict in verdicts.items():
        assert set(rows.filter(like=name, axis=0)["verdict"]) == {verdict}, name
    spread = [(gain + i / 1000) * (1 + i / 50) * excess for i in range(3)]
    assert rows.loc["both ends reached: test error", "effect"] == pytest.approx(np.mean(spread))
    assert rows.loc["temperatures of the curve ensemble: test error", "published"] == "1.02"
    with pytest.raises(ValueError, match="several rows"):
        ensembles.check(chain=chain, points=pd.concat([points, points]), scaled=scaled)


def test_published_numbers_are_whole():
    table2 = numbers("garipov2018", table="Table 2")
    assert len(table2) == 273
    segment = table2[(table2["method"] == "Segment") & (table2["arch"] == "3conv3fc")].set_index("metric")["value"]
    assert segment["train_loss_max"] == 2.416
    assert len(digitised("garipov2018", "fig2_left_train_loss")) == 121 + 121 + 31
    assert np.isfinite(digitised("garipov2018", "fig2_left_train_loss")["y"]).all()


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
