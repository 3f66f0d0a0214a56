"""Verdicts: a claim holds, does not hold or stays undecided by its numbers alone; and the checks can fail."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lossland.papers.garipov2018.claims import curves as garipov2018_curves
from lossland.papers.garipov2018.claims import ensembles as garipov2018_ensembles
from lossland.papers.garipov2018.claims import fge as garipov2018_fge
from lossland.papers.garipov2018.claims import language as garipov2018_language
from lossland.papers.garipov2018.claims import studies as garipov2018_studies
from lossland.papers.garipov2018.claims import width as garipov2018_width
from lossland.papers.published import curves, numbers
from lossland.statistics import verdicts as claim
from lossland.workflow import files as io


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


def test_of_two_samples_that_do_not_go_in_pairs_the_means_are_compared():
    """Welch's test, by its formula; the paired one would find no difference between the runs."""
    ours, less = np.array([9.0, 10.0, 12.0, 11.0]), np.array([1.0, 5.0, 3.0])
    row = _verdict(list(ours), above=2, less=list(less))
    a, b = ours.var(ddof=1) / 4, less.var(ddof=1) / 3
    t, freedom = (ours.mean() - less.mean() - 2) / (a + b) ** 0.5, (a + b) ** 2 / (a**2 / 3 + b**2 / 2)
    assert row["p"] == pytest.approx(stats.t.sf(t, freedom))
    assert (row["mean"], row["mean std"], row["n"]) == (7.5, pytest.approx((4 * a + 3 * b) ** 0.5), 3)
    assert row["verdict"] == "holds"
    assert _verdict(list(less), above=0, less=list(ours))["reason"].startswith("the mean of 3 runs less 4 runs, -7.5")
    assert _verdict([10, 10], above=0, less=[1])["verdict"] == "undecided"
    assert _verdict([10, 10], above=0, less=[1, 1])["verdict"] == "holds"
    assert _verdict([10, 10], above=0, less=[1, np.nan])["verdict"] == "does not hold"


def _shape(highest, ratio, error):
    rows = []
    for run in ("1", "2", "3"):
        for split, quantity, top in (("train", "loss", highest), ("test", "error", error)):
            v = {"start": 0.1, "end": 0.1, "min": 0.1, "int": 0.1, "mean": 0.1, "max": top + 0.001 * int(run)}
            rows.append(
                {"run": run, "split": split, "quantity": quantity, "length": 10 * ratio, "ratio": ratio, "barrier": top} | v
            )
    return pd.DataFrame(rows)


def test_claims_about_curves_follow_the_tables():
    good = garipov2018_curves.check(
        segment=_shape(2, 1, 0.6), bezier=_shape(0.11, 1.1, 0.11), polychain=_shape(0.12, 1.3, 0.11)
    )
    assert set(claim.table(good)["verdict"]) == {"holds"}
    flat = garipov2018_curves.check(segment=_shape(0.1, 1, 0.1), bezier=_shape(2, 1.3, 0.5), polychain=_shape(2, 1.1, 0.5))
    verdicts = claim.table(flat).set_index("claim")["verdict"]
    assert (verdicts.filter(like="barrier") == "does not hold").all()
    assert (verdicts.filter(like="low loss") == "does not hold").all()
    assert (verdicts.filter(like="test error") == "does not hold").all()
    assert verdicts["lengths of the curves"] == "does not hold"


def _path(nll, ratio, ends):
    """Shapes of three runs, their highest train nll spread a little around `nll`."""
    spread = {"1": 0.95, "2": 1.0, "3": 1.1}
    rows = [
        {
            "run": r,
            "start": ends,
            "end": 0.9 * ends,
            "max": nll * f,
            "ratio": ratio * f**0.1,
            "quantity": "nll",
            "split": "train",
        }
        for r, f in spread.items()
    ]
    return pd.DataFrame(rows)


def _through_zero(moved, highest):
    """Both halves of a path of four points; the error of one point is off by `moved`, the nll rises to `highest`."""
    rows = []
    for run in ("1", "2", "3"):
        values = {
            ("test", "error"): [0.1, 0.1 + moved, 0.2, 0.2],
            ("train", "nll"): [0.1, highest + 0.01 * int(run), highest, 0.2],
            ("train", "error"): [0.0] * 4,
            ("test", "nll"): [0.5] * 4,
        }
        for (split, quantity), v in values.items():
            path = {
                "mark": "grid",
                "index": range(4),
                "u0": [0, 1 / 3, 2 / 3, 1],
                "run": run,
                "split": split,
                "quantity": quantity,
            }
            rows.append(pd.DataFrame(path | {"value": v}))
    return pd.concat(rows)


def _two_chains(apart):
    """Six points in the plane for each run: ends 10 apart, the bends `apart` from one another."""
    rows = []
    for run in range(3):
        bends = [5 + 2j, 5 + 2j + apart * (1 + 0.01 * run)]
        points = [0, bends[0], 10, 0, bends[1], 10]
        rows += [
            {"run": str(run), "split": "test", "first": i, "second": j, "distance": abs(points[i] - points[j])}
            for i, j in combinations(range(6), 2)
        ]
    return pd.DataFrame(rows)


STUDIES = {
    "trivial": (_through_zero(0, 2.3), _through_zero(0.05, 0.21)),
    "again": (_two_chains(3), _two_chains(0.1)),
}


@pytest.mark.parametrize(("which", "verdict"), [(0, "holds"), (1, "does not hold")])
def test_claims_about_studies_follow_the_tables(which, verdict, tmp_path):
    rows = claim.table(garipov2018_studies.check(**{name: tables[which] for name, tables in STUDIES.items()}))
    assert set(rows["verdict"]) == {verdict}
    assert len(rows) == 3
    io.save_table(tmp_path / "c.parquet", rows, claim.SCHEMA, claim.KEY, "{}")
    kept = io.load_tables([tmp_path / "c.parquet"]).set_index("claim")
    assert kept.loc["the trivial curve keeps the labels", "published"] == "none printed"
    assert kept["within_published"].isna().all(), "one value of the paper is no range"
    assert float(kept.loc["curves are not unique", "published"]) == pytest.approx(0.592)


def test_claims_about_width_tell_lower_from_flatter():
    """The widest has a tenth of the loss; its ends a twentieth, so that its curve rises more above them."""
    thin, wide = _path(1.0, 1.4, 0.5), _path(0.1, 1.1, 0.025)
    rows = claim.table(garipov2018_width.check(narrowest=thin, widest=wide)).set_index("claim")
    assert rows["verdict"].tolist() == ["holds", "does not hold", "holds"]
    assert rows["mean"].tolist()[:2] == pytest.approx([10, 0.5])
    assert float(rows.loc["wider networks, lower curves", "published"]) == pytest.approx(0.0194 / 0.0015, abs=0.1)
    turned = claim.table(garipov2018_width.check(narrowest=wide, widest=thin))
    assert turned["verdict"].tolist() == ["does not hold", "holds", "does not hold"]


def test_claims_about_language_models_follow_the_tables():
    good = claim.table(garipov2018_language.check(segment=_path(6.4, 1, 4.1), bezier=_path(3.6, 1.3, 4.1))).set_index("claim")
    assert set(good["verdict"]) == {"holds"}
    assert float(good.loc["segment between language models", "published"]) == pytest.approx(596.3 / 39.2, abs=0.1)
    bad = claim.table(garipov2018_language.check(segment=_path(3.7, 1, 3.0), bezier=_path(3.6, 1.3, 3.0)))
    assert set(bad["verdict"]) == {"does not hold"}


def test_claims_about_curves_of_one_network_have_its_own_bars():
    table = _shape(0.1, 1.5, 0.1)
    tables = {"segment": _shape(1.0, 1.0, 0.5), "bezier": table, "polychain": table}
    everywhere, own = (
        claim.table(garipov2018_curves.check(**tables, **named)).set_index("claim")
        for named in ({}, {"networks": ["VGG-16", "VGG16"], "dataset": "CIFAR-10"})
    )
    low = "low loss along the polygonal chain"
    assert everywhere.loc[low, "bar"] == "below 3.13"
    assert own.loc[low, "bar"] != everywhere.loc[low, "bar"]
    assert everywhere.loc["mean against integral on the Bezier curve", "bar"] == "below 0.0588", "without the misprint"
    with pytest.raises(ValueError, match="nothing is published of ResNet-9 on CIFAR-10"):
        garipov2018_curves.check(**tables, networks=["ResNet-9"], dataset="CIFAR-10")


def test_the_point_without_labels_takes_no_part_in_the_trivial_curve():
    """At s = 0 all logits are zero and the error is that of a guess."""
    table = STUDIES["trivial"][0]
    zero = table[table["index"] == 1].assign(index=1.5, u0=0.5, value=0.9)
    with_zero = {n: t[0] for n, t in STUDIES.items()} | {"trivial": pd.concat([table, zero])}
    row = claim.table(garipov2018_studies.check(**with_zero)).set_index("claim").loc["the trivial curve keeps the labels"]
    assert (row["mean"], row["verdict"]) == (0, "holds")


def test_pools_that_are_no_two_chains_are_refused():
    good = {name: tables[0] for name, tables in STUDIES.items()}
    five = good["again"][good["again"]["second"] < 5]
    other_ends = good["again"].assign(distance=1.0)
    for pools in (five, other_ends):
        with pytest.raises(ValueError, match="two chains of one bend with the same ends"):
            garipov2018_studies.check(**good | {"again": pools})


def _ensembles(error, nll, epochs=60.0):
    """Five runs; subsets of two runs, which no claim is about, are much better."""
    noise = np.linspace(-1e-3, 1e-3, 5)
    one = {"size": 1, "subset": range(5), "epochs": epochs, "error": error + noise, "nll": nll + noise}
    return pd.concat([pd.DataFrame(one), pd.DataFrame({"size": 2, "subset": range(10), "epochs": 120.0, "error": 0, "nll": 0})])


def _pairs(inside, apart, distance):
    """Five runs of two networks each; those of one run are `distance` apart and disagree on `inside`."""
    rows = [
        {"source_first": i // 2, "source_second": j // 2, "same_source": i // 2 == j // 2}
        for i, j in combinations(range(10), 2)
    ]
    table = pd.DataFrame(rows)
    noise = 1e-3 * table["source_first"]
    return table.assign(
        disagreement=np.where(table["same_source"], inside, apart) + noise,
        distance=np.where(table["same_source"], distance, 50.0) + noise,
    )


BETTER = [0.02, 0.08], [0.01, 0.2, 5.0]
WORSE = [0.06, 0.3], [0.3, 0.2, 60.0]


@pytest.mark.parametrize(("fge", "verdict"), [(BETTER, "holds"), (WORSE, "does not hold")])
def test_claims_about_fge_follow_the_tables(fge, verdict):
    own, pairs = fge
    rows = claim.table(
        garipov2018_fge.check(
            ind=_ensembles(0.04, 0.15),
            sse=_ensembles(0.05, 0.12),
            fge=_ensembles(*own, epochs=58.0),
            ind_pairs=_pairs(0.9, 0.2, 1.0),
            sse_pairs=_pairs(0.1, 0.2, 40.0),
            fge_pairs=_pairs(*pairs),
        )
    ).set_index("claim")
    assert set(rows["verdict"]) == {verdict}
    assert rows["n"].tolist() == [5, 5, 5, 5, 2, 5], "two disjoint pairs of five runs"
    assert rows.loc["error of FGE against a single network", "mean"] == pytest.approx(0.04 - own[0])
    assert rows.loc["error of FGE against a single network", "published"] == "0.0017 to 0.017 (6 values)"
    expected = np.mean([(0.2 + 1e-3 * run) / (pairs[0] + 1e-3 * (run + 0.5)) for run in (0, 2)])
    assert rows.loc["disagreement inside an FGE run", "mean"] == pytest.approx(expected)


def test_fge_that_cost_more_is_not_compared():
    pairs = _pairs(0.1, 0.2, 5.0)
    dear = {"ind": _ensembles(0.04, 0.15), "sse": _ensembles(0.05, 0.12), "fge": _ensembles(0.02, 0.08, epochs=61.0)}
    with pytest.raises(ValueError, match="FGE runs of 61 epochs cannot be compared with 5 of a single network of 60"):
        garipov2018_fge.check(**dear, ind_pairs=pairs, sse_pairs=pairs, fge_pairs=pairs)


def _together(gain, excess):
    """Ensembles of the first network and one at t: better by `gain` at once, later worse than both ends by `excess` of it."""
    t = np.linspace(0, 1, 11)
    at_once, later = np.where(t == 0, 0.0, 1.0), excess * ((t > 0.4) & (t < 1))
    rows = [
        pd.DataFrame(
            {
                "u0": t,
                "run": run,
                "member": member,
                "quantity": q,
                "value": 0.2 - (gain + i / 1000) * (at_once - (1 + i / 50) * later),
            }
        )
        for i, run in enumerate("123")
        for member in ("with start", "alone")
        for q in ("error", "nll")
    ]
    return pd.concat(rows)


@pytest.mark.parametrize(
    ("gain", "excess", "scale", "verdicts"),
    [
        (0.05, 0.05, 0.9, {"small t": "holds", "both ends": "holds", "temperatures": "holds"}),
        (0.05, 0.8, 1.1, {"small t": "holds", "both ends": "does not hold", "temperatures": "does not hold"}),
        # all ensembles are worse than the first network, those between worse than both ends
        (-0.05, -0.8, 1.1, {"small t": "does not hold", "both ends": "does not hold", "temperatures": "does not hold"}),
    ],
)
def test_claims_about_ensembles_on_a_curve_follow_the_tables(gain, excess, scale, verdicts):
    path = pd.DataFrame({"run": list("123"), "error": [0.1, 0.11, 0.12], "nll": [0.3, 0.31, 0.32]})
    factors = [scale, scale - 0.01, scale]
    scaled = path.assign(error=path["error"] * factors, nll=path["nll"] * factors)
    rows = claim.table(garipov2018_ensembles.check(chain=_together(gain, excess), path=path, scaled=scaled)).set_index("claim")
    for name, verdict in verdicts.items():
        assert set(rows.filter(like=name, axis=0)["verdict"]) == {verdict}, name
    spread = [(gain + i / 1000) * (1 + i / 50) * excess for i in range(3)]
    assert rows.loc["both ends reached: test error", "mean"] == pytest.approx(np.mean(spread))
    assert rows.loc["temperatures of the curve ensemble: test error", "published"] == "1.02"
    with pytest.raises(ValueError, match="several ensembles"):
        garipov2018_ensembles.check(chain=_together(0.1, 0), path=pd.concat([path, path]), scaled=scaled)


def test_published_numbers_are_whole():
    table2 = numbers("garipov2018", table="Table 2")
    assert len(table2) == 273
    segment = table2[(table2["method"] == "Segment") & (table2["arch"] == "3conv3fc")].set_index("metric")["value"]
    assert segment["train_loss_max"] == 2.416
    assert len(curves("garipov2018", "fig2_left_train_loss")) == 121 + 121 + 31
    assert np.isfinite(curves("garipov2018", "fig2_left_train_loss")["y"]).all()


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
