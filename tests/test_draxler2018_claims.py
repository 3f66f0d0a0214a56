"""The claims of Draxler et al. 2018 on planted tables: each holds, is contradicted, and refuses what cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged, unprinted
from planted import planted

from lossland.geometry.known_saddles import TOYS
from lossland.papers.draxler2018.claims import architectures, overlap, paths, rebasin, statistics, toys, xor
from lossland.papers.draxler2018.claims import saddles as barriers
from lossland.statistics.runs import unshared

WOBBLE = (0.9, 1.0, 1.1)


def saddles(heights, *, runs=3, ratio=2.0, width=0.0, hidden=0.0, ends=0.02, shared=False, wobble=WOBBLE):
    """label -> rise in nats, and in the test error, above ends of mean `ends`: times a factor of the run, a `hidden` part of it
    unsampled. Other quantities are nonsense; the interval is `width` to both sides. All bands are of one minimum if `shared`."""

    def up(row):
        rise, error = heights[row.label]
        return {("train", "nll"): rise, ("test", "error"): error}.get((row.split, row.quantity), 99.0) * wobble[row.run - 1]

    def sample(row):
        return ends + up(row) * (1 - hidden)

    return planted(
        "saddles", labels=list(heights), runs=runs, split=["test", "train"], quantity=["nll", "error"],
        a=lambda row: 0 if shared else 2 * row.run, b=lambda row: 2 * row.run + 1, value_a=ends / 2, value_b=1.5 * ends,
        saddle=sample, low=lambda row: sample(row) - width, high=lambda row: sample(row) + width,
        refined=lambda row: ends + up(row), straight=5.0, bn="recalibrate",
        length=lambda row: 5 * (ratio[row.label] if isinstance(ratio, dict) else ratio) * wobble[row.run - 1] ** 0.5,
    )  # fmt: skip


def far_below(band, line=(2.0, 0.0), dataset="CIFAR-10", low=0.1, **options):
    lines = saddles({"net": line}, width=low, shared=options.get("shared", False), runs=options.pop("lines", 3))
    return judged(barriers.check(bands=saddles({"net": band}, **options), segments=lines, dataset=dataset))


def test_only_bands_that_share_no_minimum_count():
    chain = pd.DataFrame({"a": [2, 2, 4, 5], "b": [1, 3, 3, 4]}, index=list("wxyz"))
    assert unshared(chain).index.tolist() == ["w", "z"], "1-2-3-4-5: the ends of the chain first"
    assert set(far_below((0.02, 0.002), shared=True)["n"]) == {1}


def test_saddles_are_far_below_the_segment_and_close_to_the_minima():
    good = far_below((0.02, 0.002), hidden=0.05, width=0.01)
    assert set(good["verdict"]) == {"holds"}
    at_worst = np.mean([(0.019 * f + 0.01) / (2 * f - 0.1) for f in WOBBLE])
    assert good["effect"].tolist()[:5] == pytest.approx([0.01, at_worst, 0.05, 2, 0.002])
    bars = ["below 0.1", "below 0.1", "below 0.1", "below 2.28", "below 0.007", "above 1.5", "below 2.5"]
    assert good["bar"].tolist() == bars
    bad = far_below((0.5, 0.02), ratio=1.2, hidden=0.5, low=0.0)
    assert bad["verdict"].tolist() == ["contradicted"] * 6 + ["holds"]
    assert bad["effect"].iloc[1] == pytest.approx(0.25), "what was refined is not below the interval of the samples"
    assert far_below((0.02, 0.002), ratio=3.0)["verdict"].iloc[-1] == "contradicted"


def test_published_test_errors_are_those_of_the_dataset():
    name = "close to the minima, test error: net"
    ten, hundred = (far_below((0.02, 0.015), dataset=f"CIFAR-{n}").loc[name] for n in (10, 100))
    assert [ten["verdict"], ten["published"]] == ["contradicted", "0.004 to 0.007 (3 values)"]
    assert [hundred["verdict"], hundred["published"]] == ["holds", "0.015 to 0.029 (3 values)"]


@pytest.mark.parametrize(("line", "low"), [(0.0, 0.0), (np.nan, 0.0), (2.0, 3.0)])
def test_nothing_is_a_tenth_of_a_segment_that_may_not_rise(line, low):
    rows = far_below((0.02, 0.002), (line, 0.0), low=low)
    assert rows.loc["far below, at worst: net", "reason"] == "not every run gave a finite number"
    with pytest.raises(ValueError, match="runs cannot be paired"):
        far_below((0.02, 0.002), lines=2)


def test_larger_networks_have_lower_saddles():
    def check(small, large, **options):
        bands = pd.concat([saddles({"20": small}, **options), saddles({"56": large})])
        return unprinted(architectures.check(bands=bands, compared=[["20", "56", "deeper"]]))

    good = check((0.5, 0.01), (0.1, 0.002))
    assert good["verdict"].tolist() == ["holds", "holds"]
    assert good["effect"].tolist() == pytest.approx([0.4, 0.008])
    turned = check((0.5, 0.01), (0.1, 0.002), wobble=WOBBLE[::-1])
    pd.testing.assert_frame_equal(good, turned)  # bands of two architectures do not go in pairs
    assert check((0.1, 0.01), (0.5, 0.01))["verdict"].tolist() == ["contradicted", "undecided"], "a tie decides nothing"
    with pytest.raises(ValueError, match="no rows of subspace 110"):
        architectures.check(bands=saddles({"20": (0.5, 0.1)}), compared=[["20", "110", "deeper"]])


@pytest.mark.parametrize(("value", "verdict"), [(0.5, "holds"), (0.8, "contradicted"), (np.nan, "not measurable")])
def test_minima_err_on_different_examples(value, verdict):
    """The pairs 0-1, 2-3, 4-5 share near `value`, all others more."""
    rows = [(i, j, value + (0.01 * (i - 2) if i % 2 == 0 and j == i + 1 else 0.2)) for j in range(6) for i in range(j)]
    first, second, shared = zip(*rows, strict=True)
    table = planted("disagreement", labels=["net"], runs=[""], split=["test", "train"], first=range(15))
    ends = {"source_first": first * 2, "source_second": second * 2, "overlap": shared + (0.0,) * 15}
    row = judged(overlap.check(pairs=table.assign(**ends))).iloc[0]
    assert [row["verdict"], row["n"], row["bar"], row["published"]] == [verdict, 3, "below 0.7", "0.7"]
    assert f"over all 15 pairs {np.mean(shared):.2f}" in row["measured"]


def under(recalibrated, interpolated, carried, **options):
    tables = {"recalibrated": saddles({"ours": recalibrated}, **options), "interpolated": saddles({"ours": interpolated})}
    return unprinted(statistics.check(**tables, carried=saddles({"as released": carried}), network="net"))


def test_interpolated_and_carried_statistics_overstate_saddles():
    good = under((0.1, 0.01), (0.5, 0.03), (0.3, 0.02))
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([0.4, 0.02, 5, 0.2, 0.01, 3])
    assert set(under((0.5, 0.03), (0.1, 0.01), (0.5, 0.03))["verdict"]) == {"contradicted", "undecided"}, "ties decide nothing"
    flat = under((0.0, 0.01), (0.5, 0.03), (0.3, 0.02)).filter(like="times as high", axis=0)
    assert set(flat["reason"]) == {"not every run gave a finite number"}
    with pytest.raises(ValueError, match="runs cannot be paired: interpolated has 1, 2, 3, but others have 1, 2"):
        under((0.1, 0.01), (0.5, 0.03), (0.3, 0.02), runs=2)


def matched(*heights):
    """(as trained, matched, repaired) of each width; what is left after matching wobbles, more in wider networks."""
    kinds, tables = {"as trained": [], "matched": [], "repaired": []}, []
    for k, own in enumerate(heights):
        for (kind, labels), height in zip(kinds.items(), own, strict=False):
            labels.append(f"{k} {kind}")
            wobble = [f + 0.01 * 2**k * i * (kind == "matched") for i, f in zip((-1, 0, 1), WOBBLE, strict=True)]
            tables.append(saddles({labels[-1]: (height, height / 10)}, wobble=wobble))
    kinds = {kind: labels for kind, labels in kinds.items() if labels}
    return unprinted(rebasin.check(saddles=pd.concat(tables), kinds=kinds, networks=[str(k) for k in range(len(heights))]))


def test_matching_lowers_the_barrier_and_more_of_it_between_wide_networks():
    good = matched((2.0, 1.6, 0.8), (2.0, 1.0, 0.5), (2.0, 0.2, 0.1))
    assert set(good["verdict"]) == {"holds"}
    assert len(good) == 6 + 6 + 1
    trend = good.loc["matching removes more between wide networks"]
    assert trend["effect"] == pytest.approx(0.35, abs=0.01), "0.2, 0.5, 0.9 of the barrier"
    assert trend["measured"].endswith("from 0 to 1 to 2, for each step")
    assert matched((2.0, 1.0), (2.0, 2.5))["verdict"].tolist() == ["holds"] * 2 + ["contradicted"] * 3
    assert len(matched((2.0, 1.0))) == 2, "one width has no trend"
    assert matched((0.0, 0.5), (2.0, 1.0))["reason"].iloc[-1] == "not every run gave a finite number"


@pytest.mark.parametrize(
    ("heights", "verdicts"),
    [
        ((0.4, 0.01, 0.001), ["holds"] * 5),
        ((0.4,), ["holds"]),
        ((0.4, 0.2), ["holds", "holds", "contradicted"]),
        ((0.05, 0.05), ["contradicted", "undecided", "contradicted"]),
        ((0.0, 0.2), ["contradicted", "contradicted", "not measurable"]),
    ],
)
def test_a_swap_takes_a_spare_unit(heights, verdicts):
    units = list(range(2, 2 + len(heights)))
    bands = saddles({f"{n} units": (height, 0.0) for n, height in zip(units, heights, strict=True)})
    assert unprinted(xor.check(bands=bands, units=units))["verdict"].tolist() == verdicts


@pytest.mark.parametrize("form", TOYS)
@pytest.mark.parametrize(("off", "verdict"), [(5e-4, "holds"), (-5e-4, "holds"), (2e-3, "contradicted")])
def test_the_saddle_of_a_toy_is_found_to_a_thousandth(form, off, verdict):
    height = TOYS[form].height
    row = unprinted(toys.check(bands=saddles({form: (off * abs(height), 0.0)}, ends=height))).iloc[0]
    assert [row["verdict"], row["effect"]] == [verdict, pytest.approx(abs(off))], "above and below do not cancel"
    with pytest.raises(ValueError, match="the saddles of bowl are not known"):
        toys.check(bands=saddles({"bowl": (1.0, 0.0)}))


def compared(band, other, *, points=5, runs=3, ends=0.4, **options):
    """(rise, length ratio, lesser disagreement with an end, eigenvalue in the middle) of the band and of another path."""
    both, u = {"band": band, "curve": other}, np.linspace(0, 1, points)

    def apart(row):
        middle = both[row.label][2] * WOBBLE[row.run - 1]
        return 9.0 if row.split == "train" else {0.5: middle}.get(row.u0, ends * (row.u0 != row.reference))

    def bent(row):
        inside = both[row.label][3] if row.u0 == 0.5 else 1.0
        return {0: 8.0, 1: 12.0}.get(row.u0, inside) * WOBBLE[row.run - 1]

    heights = saddles({n: (p[0], 0.0) for n, p in both.items()}, ratio={n: p[1] for n, p in both.items()}, **options)
    labels = {"labels": list(both), "runs": runs}
    alike = planted("similarity", **labels, split=["train", "test"], reference=[0, 1], u0=[0, 0.5, 1], disagreement=apart)
    curved = planted("curvature", **labels, u0=u, highest=bent)
    return unprinted(paths.check(saddles=heights, similarity=alike[::-1], curvature=curved[::-1], band="band"))


BAND, CURVE = (0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, 9.0)


def test_the_band_is_held_against_every_other_path():
    good = compared(BAND, CURVE)
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([0.4, 1.8, 1.25, 0.125, 0.625, 0.5, 0.75, 0.9])
    assert set(compared((0.5, 1.5, 0.1, 30.0), (0.1, 1.2, 0.05, 20.0))["verdict"]) == {"contradicted"}
    assert compared(CURVE, CURVE)["verdict"].tolist() == ["undecided"] * 4 + ["holds"] * 4, "no better than itself"
    assert set(compared(BAND, CURVE, shared=True)["n"]) == {1}


def test_no_path_is_held_to_be_shorter_than_a_straight_one():
    assert "shorter than the curve" not in compared(BAND, (0.5, 0.9, 0.3, 9.0)).index
    assert "shorter than the curve" in compared(BAND, (0.5, 1.0, 0.3, 9.0)).index, "longer in one run"


def test_paths_without_a_finite_number_or_a_middle():
    rows = compared(BAND, (0.5, 1.5, 0.3, np.nan))
    assert rows.loc["flatter than the curve", "reason"] == "not every run gave a finite number"
    twins = compared(BAND, CURVE, ends=0.0).filter(like="function", axis=0)
    assert set(twins["reason"]) == {"not every run gave a finite number"}, "ends that agree are no other functions"
    with pytest.raises(ValueError, match="curvature has no point between the ends"):
        compared(BAND, CURVE, points=2)
    with pytest.raises(ValueError, match=r"runs cannot be paired: .* has 1, 2, but others have 1, 2, 3"):
        compared(BAND, CURVE, runs=2)
