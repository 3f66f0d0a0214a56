"""The claims of Draxler et al. 2018 on planted tables: each holds, does not hold, and refuses what cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged, unprinted

from lossland.geometry.known_saddles import TOYS
from lossland.papers.draxler2018.claims import architectures as draxler2018_architectures
from lossland.papers.draxler2018.claims import overlap as draxler2018_overlap
from lossland.papers.draxler2018.claims import paths as draxler2018_paths
from lossland.papers.draxler2018.claims import rebasin as draxler2018_rebasin
from lossland.papers.draxler2018.claims import saddles as draxler2018_saddles
from lossland.papers.draxler2018.claims import statistics as draxler2018_statistics
from lossland.papers.draxler2018.claims import toys as draxler2018_toys
from lossland.papers.draxler2018.claims import xor as draxler2018_xor
from lossland.statistics.tables import rises
from lossland.statistics.verdicts import unshared

SPREAD = {"1": 0.9, "2": 1.0, "3": 1.1}
APART = {"1": (11, 12), "2": (21, 22), "3": (31, 32)}
STAR = {"1": (1, 2), "2": (1, 3), "3": (1, 4)}


def saddles(subspace, rise, error=0.002, ratio=2.0, width=0.0, hidden=0.0, pairs=APART, spread=SPREAD, ends=0.02):
    """Paths that rise by `rise` nats and `error` above ends of mean `ends`, times a spread; a `hidden` part of it unsampled.

    The interval is `width` to both sides of the highest sample. Other splits and quantities are nonsense.
    """
    rows = []
    for run, (a, b) in pairs.items():
        for split, quantity, height in (
            ("train", "nll", rise),
            ("test", "error", error),
            ("train", "error", 99.0),
            ("test", "nll", -9.0),
        ):
            up = height * spread[run]
            saddle = ends + up * (1 - hidden)
            own = {"run": run, "split": split, "quantity": quantity, "a": a, "b": b, "value_a": ends / 2, "value_b": 1.5 * ends}
            own |= {"saddle": saddle, "low": saddle - width, "high": saddle + width, "refined": ends + up}
            rows.append(own | {"straight": 5.0, "length": 5.0 * ratio * spread[run] ** 0.5})
    return pd.DataFrame(rows).assign(subspace=subspace, bn="recalibrate")


def low_and_high(band, line, **options):
    options |= {"titles": [["band", "net"]], "segments": ["line"]}
    return judged(draxler2018_saddles.check(bands=saddles("band", **band), lines=saddles("line", **line), **options))


def test_only_bands_that_share_no_minimum_count():
    chain = pd.DataFrame({"a": [2, 2, 4, 5], "b": [1, 3, 3, 4]}, index=list("wxyz"))
    assert unshared(chain).index.tolist() == ["w", "z"], "1-2-3-4-5: the ends of the chain first"
    star = pd.DataFrame({"a": [1, 1, 1, 8], "b": [2, 3, 4, 9]})
    assert unshared(star).index.tolist() == [0, 3]
    assert unshared(star.rename(columns={"a": "x", "b": "y"}), "x", "y").index.tolist() == [0, 3]


def test_the_rise_is_that_of_the_refined_saddle_above_the_mean_of_its_ends():
    rows = rises(saddles("band", 0.5, hidden=0.2), "band", "bands")
    assert rows["rise"].to_dict() == pytest.approx({"1": 0.45, "2": 0.5, "3": 0.55})
    with pytest.raises(ValueError, match="bands has no rows of line, only of band"):
        rises(saddles("band", 0.5), "line", "bands")
    twice = pd.concat([saddles("band", 0.5), saddles("band", 0.7).assign(bn="interpolate")])
    with pytest.raises(ValueError, match="bands has run 1 of band twice; name tables of one batch-norm policy"):
        rises(twice, "band", "bands")


def test_saddles_are_far_below_the_segment_and_close_to_the_minima():
    good = low_and_high({"rise": 0.02, "hidden": 0.05, "width": 0.01}, {"rise": 2.0, "width": 0.1})
    assert set(good["verdict"]) == {"holds"}
    shares = [0.01, np.mean([(0.019 * f + 0.01) / (2 * f - 0.1) for f in SPREAD.values()]), 0.05, 2, 0.002]
    assert good["mean"].tolist()[:5] == pytest.approx(shares)
    assert good["bar"].tolist() == [
        "below 0.1",
        "below 0.1",
        "below 0.1",
        "below 2.28",
        "below 0.007",
        "above 1.5",
        "below 2.5",
    ]
    bad = low_and_high({"rise": 0.5, "error": 0.02, "ratio": 1.2, "hidden": 0.5}, {"rise": 2.0})
    assert bad["verdict"].tolist() == ["does not hold"] * 6 + ["holds"]
    assert bad["mean"].iloc[1] == pytest.approx(0.25), "what was refined is not below the interval of the samples"
    assert low_and_high({"rise": 0.02, "ratio": 3.0}, {"rise": 2.0})["verdict"].iloc[-1] == "does not hold"


def test_at_worst_the_intervals_count():
    rows = low_and_high({"rise": 0.1, "width": 0.4}, {"rise": 2.0})
    assert rows["verdict"].iloc[0] == "holds"
    assert rows.loc["far below, at worst: net", "verdict"] == "does not hold"
    assert rows.loc["far below, at worst: net", "mean"] == pytest.approx(
        np.mean([0.5 / 2 / f + (0.1 * f - 0.1) / 2 / f for f in SPREAD.values()])
    )


def test_published_test_errors_are_those_of_the_dataset():
    ten, hundred = (
        low_and_high({"rise": 0.02, "error": 0.015}, {"rise": 2.0}, dataset=f"CIFAR-{n}").loc[
            "close to the minima, test error: net"
        ]
        for n in (10, 100)
    )
    assert [ten["verdict"], ten["published"]] == ["does not hold", "0.004 to 0.007 (3 values)"]
    assert [hundred["verdict"], hundred["published"]] == ["holds", "0.015 to 0.029 (3 values)"]


def test_lengths_say_how_many_bands_lie_inside():
    rows = low_and_high({"rise": 0.02, "ratio": 1.55}, {"rise": 2.0})
    assert "2 of all 3 lie within 1.5 to 2.5" in rows.loc["longer than straight: net", "measured"]
    assert rows.loc["longer than straight: net", "published"] == "1.5 to 2.5 (2 values)"


def test_a_star_of_bands_is_one_number():
    rows = low_and_high({"rise": 0.02, "pairs": STAR}, {"rise": 2.0, "pairs": STAR})
    assert set(rows["n"]) == {1}
    assert set(rows["verdict"]) == {"undecided"}
    assert rows["measured"].iloc[0].endswith("over all 3 bands 0.01")


def test_the_bands_of_the_tree_count_whatever_stanza_they_are_of():
    """Six minima in a chain of two stanzas, and a band off the tree; another architecture has three bands of its own."""
    star, more = {"1": (1, 2), "2": (2, 3)}, {"": (3, 4), "2": (4, 5), "3": (5, 6), "4": (6, 1)}
    ones = dict.fromkeys("1234", 1.0) | {"": 1.0}
    parts = [saddles("star", 0.02, pairs=star, spread=ones), saddles("tree", 0.03, pairs=more, spread=ones | {"4": 99.0})]
    lines = [
        saddles("lines", 2.0, pairs=dict(enumerate([*star.values(), *more.values()])), spread=dict.fromkeys(range(6), 1.0))
    ]
    lines.append(saddles("others", 4.0))
    titles = [["star", "first"], ["second", "other"], ["tree", "first"]]
    tables = {"bands": pd.concat([*parts, saddles("second", 0.02)]), "lines": pd.concat(lines)}
    rows = judged(draxler2018_saddles.check(**tables, titles=titles, segments=["lines", "others"]))
    first, other = rows.loc["far below the segment: first"], rows.loc["far below the segment: other"]
    assert first["n"] == 3
    assert first["measured"].endswith("over all 5 bands 0.013")
    assert other["mean"] == pytest.approx(0.005)


def test_segments_are_joined_by_their_minima_in_either_order():
    lines = {"x": (99, 98), "3": (12, 11), "2": (22, 21), "1": (31, 32)}
    spread = SPREAD | {"x": 7.0, "3": 0.9, "1": 1.1}
    rows = low_and_high({"rise": 0.02}, {"rise": 2.0, "pairs": lines, "spread": spread})
    assert rows.loc["far below the segment: net", ["mean", "mean std", "n"]].tolist() == pytest.approx([0.01, 0, 3])
    with pytest.raises(ValueError, match=r"runs cannot be paired: lines has 11 and 12, 21 and 22, but others have .*31 and 32"):
        low_and_high({"rise": 0.02}, {"rise": 2.0, "pairs": {"1": (11, 12), "2": (21, 22)}})


def test_nothing_is_a_tenth_of_a_segment_that_does_not_rise():
    low = low_and_high({"rise": 0.02}, {"rise": 2.0, "width": 3.0})
    assert low["reason"].iloc[:2].tolist() == ["", "not every run gave a finite number"], "the segment may not rise at all"
    for flat in (0.0, np.nan):
        rows = low_and_high({"rise": 0.02}, {"rise": flat})
        assert rows["reason"].iloc[0] == "not every run gave a finite number"
        assert rows["verdict"].iloc[:2].tolist() == ["does not hold"] * 2
        assert rows["mean"].iloc[:2].isna().all()


def larger(small, large, **options):
    tables = pd.concat([saddles("small", *small, **options), saddles("large", *large)])
    return unprinted(
        draxler2018_architectures.check(
            bands=tables, titles=[["small", "20"], ["large", "56"]], compared=[["20", "56", "deeper"]]
        )
    )


def test_larger_networks_have_lower_saddles():
    good = larger((0.5, 0.01), (0.1, 0.002))
    assert good["verdict"].tolist() == ["holds", "holds"]
    assert good["mean"].tolist() == pytest.approx([0.4, 0.008])
    assert larger((0.1, 0.01), (0.5, 0.01))["verdict"].tolist() == ["does not hold", "does not hold"], "the tie too"
    with pytest.raises(ValueError, match="compared names 110, which is no title; name two of 20"):
        draxler2018_architectures.check(
            bands=saddles("small", 0.5), titles=[["small", "20"]], compared=[["20", "110", "deeper"]]
        )
    few = larger((0.5, 0.01), (0.1, 0.002), pairs=STAR)
    assert few["n"].tolist() == [1, 1]
    assert few["measured"].iloc[0].endswith("mean difference, n = 1 and 3")
    assert few["verdict"].tolist() == ["undecided", "undecided"]


def test_the_order_of_bands_of_two_architectures_is_of_no_matter():
    turned = {"1": 1.1, "2": 0.9, "3": 1.0}
    rows = [larger((0.5, 0.01), (0.4, 0.008), spread=spread) for spread in (SPREAD, turned)]
    pd.testing.assert_frame_equal(*rows)


def overlaps(value, networks=6):
    """The pairs of a pool: 0-1, 2-3, 4-5 near `value`, the others 0.2 higher; the train split is nonsense."""
    rows = []
    for i in range(networks):
        for j in range(i + 1, networks):
            own = {"source_first": i, "source_second": j, "first": i, "second": j, "run": ""}
            value_ij = value + 0.01 * (i - 2) if i % 2 == 0 and j == i + 1 else value + 0.2
            rows += [own | {"split": "test", "overlap": value_ij}, own | {"split": "train", "overlap": 0.0}]
    return pd.DataFrame(rows).assign(subspace="pool")


def test_minima_err_on_different_examples():
    titles = [["pool", "net"]]
    good = judged(draxler2018_overlap.check(pairs=overlaps(0.5), titles=titles)).iloc[0]
    assert good[["mean", "n", "verdict", "published", "bar"]].tolist() == [pytest.approx(0.5), 3, "holds", "0.7", "below 0.7"]
    assert "over all 15 pairs 0.66" in good["measured"]
    for bad in (0.71, 0.8, np.nan):
        assert judged(draxler2018_overlap.check(pairs=overlaps(bad), titles=titles))["verdict"].tolist() == ["does not hold"]
    assert judged(draxler2018_overlap.check(pairs=overlaps(0.5, 3), titles=titles))["verdict"].tolist() == ["undecided"]
    with pytest.raises(ValueError, match="pairs has no rows of the split test"):
        draxler2018_overlap.check(pairs=overlaps(0.5).query("split == 'train'"), titles=titles)


def under(recalibrated, interpolated, carried, **options):
    tables = {"recalibrated": saddles("band", *recalibrated, **options), "interpolated": saddles("band", *interpolated)}
    tables["carried"] = saddles("old", *carried)
    return unprinted(draxler2018_statistics.check(**tables, titles=[["band", "old", "net"]]))


def test_interpolated_and_carried_statistics_overstate_saddles():
    good = under((0.1, 0.01), (0.5, 0.03), (0.3, 0.02))
    assert set(good["verdict"]) == {"holds"}
    assert good["mean"].tolist() == pytest.approx([0.4, 0.02, 5, 0.2, 0.01, 3])
    bad = under((0.5, 0.03), (0.1, 0.01), (0.5, 0.03))
    assert set(bad["verdict"]) == {"does not hold"}, "ties too"
    flat = under((0.0, 0.01), (0.5, 0.03), (0.3, 0.02))
    assert flat.filter(like="times as high", axis=0)["reason"].unique().tolist() == ["not every run gave a finite number"]
    assert flat.filter(like="times as high", axis=0)["mean"].isna().all()
    assert under((0.1, 0.01), (0.5, 0.03), (0.3, 0.02), pairs=STAR)["n"].unique().tolist() == [1]
    with pytest.raises(ValueError, match="runs cannot be paired: interpolated has 1, 2, 3, but others have 1, 2"):
        under((0.1, 0.01), (0.5, 0.03), (0.3, 0.02), pairs={"1": (11, 12), "2": (21, 22)})


WIDTHS = {"4": (2.0, 1.6), "8": (2.0, 1.0), "16": (2.0, 0.2)}


def matched(widths, repaired=(), wobble=0.01, **options):
    """`wobble` moves what is left of the barriers of the pairs apart, and is twice as large in each wider network."""
    tables, spread = [], SPREAD
    for k, (name, (before, after)) in enumerate(widths.items()):
        tables.append(saddles(f"line_{name}", before, before / 10, **options))
        left = {run: f + wobble * 2**k * (i - 1) for i, (run, f) in enumerate(spread.items())}
        tables.append(saddles(f"matched_{name}", after, after / 10, spread=left))
    tables += [saddles(f"repaired_{name}", height, height / 10) for name, height in repaired]
    names = [[f"line_{name}", f"matched_{name}", name] for name in widths]
    more = [[f"matched_{name}", f"repaired_{name}", name] for name, _ in repaired]
    return unprinted(draxler2018_rebasin.check(saddles=pd.concat(tables), widths=names, repaired=more))


def test_matching_lowers_the_barrier_and_more_of_it_between_wide_networks():
    good = matched(WIDTHS, repaired=[("16", 0.05)])
    assert set(good["verdict"]) == {"holds"}
    assert good.loc["matching lowers the barrier: train nll, 8", "mean"] == pytest.approx(1, abs=0.01)
    trend = good.loc["matching removes more between wide networks"]
    assert trend["mean"] == pytest.approx(0.35, abs=0.01), "0.2, 0.5, 0.9 of the barrier"
    assert trend["measured"].endswith("from 4 to 8 to 16, for each step")
    bad = matched({"4": (2.0, 1.0), "8": (2.0, 2.5)}, repaired=[("8", 3.0)])
    assert bad["verdict"].tolist() == ["holds", "holds", *["does not hold"] * 5]


def test_one_width_has_no_trend_and_no_barrier_nothing_to_remove():
    assert len(matched({"4": (2.0, 1.0)})) == 2
    none = matched({"4": (0.0, 0.5), "8": (2.0, 1.0)})
    assert none["verdict"].tolist() == ["does not hold", "does not hold", "holds", "holds", "does not hold"]
    assert none["reason"].iloc[-1] == "not every run gave a finite number"
    assert np.isnan(none["mean"].iloc[-1])
    assert set(matched(WIDTHS, pairs=STAR)["n"]) == {1}, "pairs of one network with others are not independent"


def swapped(*heights):
    tables = pd.concat([saddles(f"band_{i}", height) for i, height in enumerate(heights, 2)])
    hidden = [[f"band_{i}", str(i)] for i in range(2, 2 + len(heights))]
    return unprinted(draxler2018_xor.check(bands=tables, hidden=hidden))


def test_a_swap_takes_a_spare_unit():
    assert set(swapped(0.4, 0.01, 0.001)["verdict"]) == {"holds"}
    assert len(swapped(0.4)) == 1
    assert swapped(0.05, 0.05)["verdict"].tolist() == ["does not hold"] * 3
    assert swapped(0.4, 0.2)["verdict"].tolist() == ["holds", "holds", "does not hold"]
    none = swapped(0.0, 0.2).iloc[-1]
    assert none["reason"] == "not every run gave a finite number"
    assert np.isnan(none["mean"])


def on_toys(off, form="mueller_brown"):
    height = TOYS[form].height
    table = saddles("band", off * abs(height), ends=height)
    return unprinted(draxler2018_toys.check(bands=table, forms=[["band", form]])).iloc[0]


def test_the_saddle_of_a_toy_is_found_to_a_thousandth():
    for form in TOYS:
        assert on_toys(5e-4, form)[["mean", "verdict"]].tolist() == [pytest.approx(5e-4), "holds"]
        assert on_toys(-5e-4, form)["mean"] == pytest.approx(5e-4), "above and below do not cancel"
        assert on_toys(2e-3, form)["verdict"] == "does not hold"
    assert on_toys(np.nan)["verdict"] == "does not hold"
    with pytest.raises(ValueError, match="forms names bowl, whose saddles are not known; name one of curved_valley"):
        draxler2018_toys.check(bands=saddles("band", 1.0), forms=[["band", "bowl"]])


def along(subspace, middle, ends=0.4, runs=APART):
    """Disagreements that grow from 0 to `middle` (times a spread) with both ends; the train split is nonsense."""
    rows = []
    for run in runs:
        far = [0.0, middle * SPREAD[run], ends]
        for reference, d in ((0, far), (1, far[::-1])):
            for u0, value in zip((0.0, 0.5, 1.0), d, strict=True):
                own = {"run": run, "u0": u0, "reference": reference}
                rows += [own | {"split": "test", "disagreement": value}, own | {"split": "train", "disagreement": 9.0}]
    return pd.DataFrame(rows).assign(subspace=subspace)[::-1]


def bent(subspace, inside, runs=APART, points=5):
    """Highest eigenvalues of 10 on the mean of both ends, and of `inside` in the middle; rows in no order."""
    values = [8.0, *[1.0] * ((points - 3) // 2), inside, *[1.0] * ((points - 3) // 2), 12.0] if points > 2 else [8.0, 12.0]
    u = np.linspace(0, 1, points)
    rows = [{"run": r, "u0": t, "highest": v * SPREAD[r]} for r in runs for t, v in zip(u, values, strict=True)]
    return pd.DataFrame(rows).assign(subspace=subspace).sample(frac=1, random_state=1)


def compared(band, other, pairs=APART, **options):
    """(rise, length ratio, lesser disagreement, eigenvalue) of the band and of another path."""
    paths = {"band": band, "other": other}
    tables = {
        "saddles": pd.concat([saddles(n, rise, ratio=ratio, pairs=pairs) for n, (rise, ratio, _, _) in paths.items()]),
        "similarity": pd.concat([along(n, middle) for n, (_, _, middle, _) in paths.items()]),
        "curvature": pd.concat([bent(n, inside, **options) for n, (_, _, _, inside) in paths.items()]),
    }
    return unprinted(draxler2018_paths.check(**tables, band="band", others=[["other", "curve"]]))


def test_the_band_is_held_against_every_other_path():
    good = compared((0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, 9.0))
    assert set(good["verdict"]) == {"holds"}
    assert good["mean"].tolist() == pytest.approx([0.4, 1.8, 1.25, 0.125, 0.625, 0.5, 0.75, 0.9])
    bad = compared((0.5, 1.5, 0.1, 30.0), (0.1, 1.2, 0.05, 20.0))
    assert set(bad["verdict"]) == {"does not hold"}
    tie = compared((0.5, 1.5, 0.3, 9.0), (0.5, 1.5, 0.3, 9.0))
    assert tie["verdict"].tolist() == ["does not hold"] * 4 + ["holds"] * 4, "no path is better than itself"
    assert set(compared((0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, 9.0), pairs=STAR)["n"]) == {1}


def test_no_path_is_held_to_be_shorter_than_a_straight_one():
    rows = compared((0.1, 1.2, 0.25, 5.0), (0.5, 0.9, 0.3, 9.0))
    assert "shorter than the curve" not in rows.index
    assert len(rows) == 7
    assert "shorter than the curve" in compared((0.1, 1.2, 0.25, 5.0), (0.5, 1.0, 0.3, 9.0)).index, "longer in one run"


def test_paths_without_a_finite_number_or_a_middle():
    rows = compared((0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, np.nan))
    assert rows.loc["flatter than the curve", "reason"] == "not every run gave a finite number"
    assert rows.loc["lower than the curve", "verdict"] == "holds"
    with pytest.raises(ValueError, match="curvature of band has no point between the ends"):
        compared((0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, 9.0), points=2)
    with pytest.raises(ValueError, match=r"runs cannot be paired: .* has 1, 2, but others have 1, 2, 3"):
        compared((0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, 9.0), runs=("1", "2"))


def test_a_path_between_fewer_minima_is_refused():
    tables = {"saddles": saddles("band", 0.1), "similarity": along("band", 0.3), "curvature": bent("band", 5.0)}
    tables = {n: pd.concat([t, t[t["run"] != "3"].assign(subspace="other")]) for n, t in tables.items()}
    with pytest.raises(ValueError, match="runs cannot be paired: curve has 1, 2, but others have 1, 2, 3"):
        draxler2018_paths.check(**tables, band="band", others=[["other", "curve"]])


def test_ends_that_agree_are_no_other_functions():
    table = along("band", 0.1, ends=0.0)
    saddle, curve = saddles("band", 0.1), bent("band", 5.0)
    twin = {"saddles": saddle, "similarity": table, "curvature": curve}
    twin = {n: pd.concat([t, t.assign(subspace="other")]) for n, t in twin.items()}
    rows = unprinted(draxler2018_paths.check(**twin, band="band", others=[["other", "curve"]]))
    assert set(rows.filter(like="function", axis=0)["reason"]) == {"not every run gave a finite number"}
    assert rows.filter(like="function", axis=0)["mean"].isna().all()
