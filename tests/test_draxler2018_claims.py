"""The claims of Draxler et al. 2018 on planted tables: each holds, is contradicted, and refuses what cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged, unprinted
from planted import planted

from lossland.papers.draxler2018.claims import cycles, paths, statistics, trainings, xor
from lossland.papers.draxler2018.claims import saddles as barriers

WOBBLE = (0.9, 1.0, 1.1)
UNTRAINED = "trained to 67 % train error, where below 10 % is presumed"


def saddles(heights, *, runs=3, ratio=2.0, ends=0.02, error=0.01, wobble=WOBBLE):
    """label -> rise in nats, and in the test error, above ends of mean `ends`: times a factor of the run. The sampled points
    rise by half of it, and other quantities are nonsense; `error` is the train error of the ends."""

    def up(row):
        rise, points = heights[row.label]
        return {("train", "nll"): rise, ("test", "error"): points}.get((row.split, row.quantity), 99.0) * wobble[row.run - 1]

    def end(factor):
        return lambda row: error if (row.split, row.quantity) == ("train", "error") else factor * ends

    return planted(
        "saddles", labels=list(heights), runs=runs, split=["test", "train"], quantity=["nll", "error"], a=1, b=2,
        value_a=end(0.5), value_b=end(1.5), saddle=lambda row: ends + up(row) / 2, refined=lambda row: ends + up(row),
        bn="recalibrate", straight=5.0,
        length=lambda row: 5 * ratio * wobble[row.run - 1] ** 0.5,
    )  # fmt: skip


def minima(overlaps, examples=10_000):
    """Pools of six minima whose pairs 0-1, 2-3, 4-5 share near the overlap of the label, and all others more."""
    pairs = [(i, j) for j in range(6) for i in range(j)]
    first, second = (np.array(ends) for ends in zip(*pairs, strict=True))
    near = np.where((first % 2 == 0) & (second == first + 1), 0.01 * (first - 2), 0.2)
    table = planted("disagreement", labels=list(overlaps), runs=[""], split=["test", "train"], first=range(15),
                    error_first=0.05, error_second=0.05, disagreement=0.08, examples=examples)  # fmt: skip
    parts = []
    for (label, split), rows in table.groupby(["subspace", "split"]):
        shared = overlaps[label] + near if split == "test" else 0.0
        parts.append(rows.assign(source_first=first * 2, source_second=second * 2, overlap=shared))
    return pd.concat(parts).assign(
        source_first=lambda t: t["source_first"] // 2, source_second=lambda t: t["source_second"] // 2
    )


def claims_of(bands, *, lines=(2.0, 0.5), overlap=0.5, printed=(), larger=(), steps=16_000, dataset="CIFAR-10", **options):
    """`bands` maps labels to rises; `printed` are the networks that are the paper's own."""
    examples, runs = options.pop("examples", 10_000), options.pop("lines_of", 3)
    starts = planted("dynamics", labels=list(bands), runs=1, split=["train"], quantity=["nll"], epoch=[0.0, 1.0],
                     value=lambda row: 2.3 if row.epoch == 0 else 0.0)  # fmt: skip
    segments = saddles(dict.fromkeys(bands, lines), runs=runs, wobble=WOBBLE[::-1])
    return judged(barriers.check(
        bands=saddles(bands, **options), segments=segments, starts=starts,
        pairs=minima(dict.fromkeys(bands, overlap), examples), larger=list(larger), steps=steps,
        printed={name: name for name in printed}, dataset=dataset,
    ))  # fmt: skip


GOOD, BAD = (0.02, 0.002), (0.5, 0.2)
EVERY = [
    "far below the segment, train nll",
    "far below the segment, test error",
    "far below an untrained network",
    "other errors",
]


def test_saddles_are_far_below_the_segment_in_every_architecture():
    good = claims_of({"a": GOOD, "b": (0.04, 0.004)})
    assert good["verdict"].to_dict() == dict.fromkeys(EVERY, "holds")
    assert good["effect"].tolist() == pytest.approx([0.02, 0.004 - 0.05, 0.06 / 2.3, 0.5], rel=0.02), "the weaker of the two"
    bad = claims_of({"a": GOOD, "b": BAD}, overlap=0.9)
    assert bad["verdict"].to_dict() == dict.fromkeys(EVERY, "contradicted")
    few, many = (claims_of({"a": (0.02, 0.08)}, examples=n).loc[EVERY[1], "verdict"] for n in (100, 100_000))
    assert [few, many] == ["undecided", "contradicted"], "three points of a hundred examples are luck"


def test_what_is_printed_is_held_against_the_same_networks_only():
    """Before, the numbers of ResNet-20 and of deep networks were the bars of every architecture."""
    assert claims_of({"CNN-12": GOOD, "ResNet-20": GOOD})["published"].tolist() == ["none printed"] * 3 + ["0.7"]
    own = claims_of(
        {"CNN-12": GOOD, "ResNet-20": (0.02, 0.004), "DenseNet-40-12": GOOD}, printed=["ResNet-20", "DenseNet-40-12"]
    )
    assert own.iloc[4:]["published"].to_dict() == {
        "close to the minima, train nll: ResNet-20": "2",
        "two orders below an untrained network": "0.01",
        "close to the minima, test error: ResNets": "0.005 to 0.007 (2 values)",
        "close to the minima, test error: DenseNets": "0.004 to 0.005 (2 values)",
        "lengths of bands": "1.5 to 2.5 (2 values)",
    }
    assert own.loc["close to the minima, train nll: ResNet-20", "effect"] == pytest.approx(2)
    hundred = claims_of({"ResNet-20": (0.02, 0.02)}, printed=["ResNet-20"], dataset="CIFAR-100")
    assert "close to the minima, train nll: ResNet-20" not in hundred.index, "the notebook's are of CIFAR-10"
    assert hundred.loc["close to the minima, test error: ResNets", ["published", "verdict"]].tolist() == [
        "0.022 to 0.029 (2 values)", "holds",
    ]  # fmt: skip


@pytest.mark.parametrize(("rise", "verdict"), [(0.0162, "holds"), (0.05, "contradicted")])
def test_the_saddles_of_resnet_20_are_twice_as_high_as_its_minima(rise, verdict):
    own = claims_of({"ResNet-20": (rise, 0.002)}, printed=["ResNet-20"], ends=0.0162, wobble=(0.97, 1.0, 1.03))
    assert own.loc["close to the minima, train nll: ResNet-20", "verdict"] == verdict


@pytest.mark.parametrize(("rise", "verdict"), [(0.0162, "holds"), (0.07, "contradicted")])
def test_the_notebooks_own_network_does_not_contradict_two_orders_of_magnitude(rise, verdict):
    """Its saddle, 0.0324, is 1.85 orders below ln 10."""
    own = claims_of({"ResNet-20": (rise, 0.002)}, printed=["ResNet-20"], ends=0.0162, runs=3)
    assert own.loc["two orders below an untrained network", "verdict"] == verdict


def test_lengths_presume_as_many_steps_as_half_of_the_papers():
    def lengths(**options):
        return claims_of({"ResNet-8": GOOD}, printed=["ResNet-8"], **options).loc["lengths of bands"]

    assert lengths(ratio=1.9)["verdict"] == "holds"
    assert {lengths(ratio=r)["verdict"] for r in (1.2, 3.0)} == {"contradicted"}
    assert "two orders below an untrained network" not in claims_of({"ResNet-8": GOOD}, printed=["ResNet-8"]).index, "not deep"
    assert lengths(ratio=1.2, steps=100)["reason"] == "bands of 100 steps, where half of the paper's 16000 are presumed"


def test_saddles_of_networks_that_were_not_trained():
    rows = claims_of({"a": GOOD, "ResNet-20": GOOD}, printed=["ResNet-20"], larger=[["a", "ResNet-20", "more"]], error=0.67)
    assert set(rows["reason"]) == {UNTRAINED}
    with pytest.raises(ValueError, match="runs cannot be paired"):
        claims_of({"a": GOOD}, lines_of=2)
    for line in (0.0, np.nan):
        flat = claims_of({"a": GOOD}, lines=(line, 0.5)).loc["far below the segment, train nll"]
        assert flat["reason"] == "not every run gave a finite number", "nothing is a tenth of a segment that does not rise"


def test_larger_networks_have_lower_saddles():
    def check(small, large):
        rows = claims_of({"20": (small, 0.0), "56": (large, 0.0)}, larger=[["20", "56", "deeper"]])
        return rows.loc["lower saddles, deeper", ["verdict", "effect"]].tolist()

    assert check(0.5, 0.1) == ["holds", pytest.approx(5)]
    assert check(0.1, 0.5)[0] == "contradicted"
    assert check(0.1, 0.1)[0] == "undecided", "a tie decides nothing"
    with pytest.raises(KeyError, match="110"):
        claims_of({"20": GOOD}, larger=[["20", "110", "deeper"]])


@pytest.mark.parametrize(("overlap", "verdict"), [(0.5, "holds"), (0.705, "undecided"), (0.8, "contradicted"), (np.nan, None)])
def test_minima_err_on_different_examples(overlap, verdict):
    """A bound that is printed to two digits of a test set is no bar to the third: 0.705 contradicts nothing."""
    row = claims_of({"net": GOOD}, overlap=overlap).loc["other errors"]
    assert [row["verdict"], row["n"]] == [verdict or "not measurable", 3]
    assert claims_of({"net": GOOD}, overlap=overlap, examples=40).loc["other errors", "verdict"] in (
        "undecided", "not measurable",
    ), "two mislabelled examples decide nothing"  # fmt: skip


@pytest.mark.parametrize(
    ("heights", "error", "verdict"),
    [((2, 1, 0.5), 0.01, "holds"), ((2, 1, 1.2), 0.01, "contradicted"), ((2, 2.5), 0.01, "contradicted"), ((2, 1), 0.01, "holds"),
     ((2, 1, 0.5), 0.67, UNTRAINED)],
)  # fmt: skip
def test_the_cycles_lower_the_path(heights, error, verdict):
    """Heights after cycle 0, 1, ...; the last are the later cycles."""

    def nll(row):
        return heights[row.cycle] * WOBBLE[row.run - 1] ** (row.cycle / 9) * (row.share == 0.5) + 0.01

    table = planted("cycles", labels=["net"], cycle=range(len(heights)), share=[0.0, 0.5, 1.0], nll=nll, error=error)
    row = unprinted(cycles.check(cycles=table)).loc["cycles lower the path"]
    assert verdict in (row["verdict"], row["reason"])


def falling(crossing, epochs=range(11), runs=3):
    """Trainings whose loss falls tenfold each tenth, and pairs whose saddle is met at the share `crossing` of it; wobbling."""
    courses = planted("dynamics", labels=["net"], runs=runs, split=["train"], quantity=["nll"], epoch=[float(e) for e in epochs],
                      value=lambda row: 10 ** -(10 * row.epoch / max(epochs)))  # fmt: skip
    heights = saddles({"net": (0.0, 0.0)}, runs=runs)
    at = [10 ** -(10 * crossing + 0.1 * (int(run) - 2)) for run in heights["run"]]
    return {"courses": courses, "saddles": heights.assign(refined=at)}


def test_a_training_comes_late_to_the_loss_of_the_saddles():
    def check(crossing, printed=(), dataset="CIFAR-100", **options):
        own = dict.fromkeys(["net"], *printed) if printed else {}
        return judged(trainings.check(**falling(crossing, **options), printed=own, dataset=dataset))

    late, early = (check(c).loc["below the saddles late"] for c in (0.83, 0.2))
    assert [late["verdict"], early["verdict"]] == ["holds", "contradicted"]
    assert late["effect"] == pytest.approx(0.83), "between two snapshots"
    assert check(0.83, epochs=range(0, 11, 5)).loc["below the saddles late", "effect"] == pytest.approx(0.83)
    assert check(1.5).loc["below the saddles late", "reason"] == "not every run gave a finite number", "never below"
    assert check(0.83, runs=1).loc["below the saddles late", "verdict"] == "not measurable"
    name = "below the saddles: DenseNet-100-12-BC"
    row = check(0.8, ["DenseNet-100-12-BC"]).loc[name]
    assert [row["verdict"], row["published"]] == ["holds", "0.78"]
    assert check(0.4, ["DenseNet-100-12-BC"]).loc[name, "verdict"] == "contradicted"
    assert name not in check(0.8, ["DenseNet-100-12-BC"], dataset="CIFAR-10").index, "printed of CIFAR-100"
    assert check(0.5, ["ResNet-56"], dataset="CIFAR-10").loc["below the saddles: ResNet-56", "published"] == "0.52"
    assert len(check(0.5, ["ResNet-56"])) == 1, "of one dataset, which is not stated: not of CIFAR-100 too"
    assert len(check(0.5, ["ResNet-20"])) == 1


def under(recalibrated, interpolated, carried, **options):
    rises = {"ours": (recalibrated, 0.0)}, {"ours": (interpolated, 0.0)}, {"as released": (carried, 0.0)}
    tables = dict(zip(("recalibrated", "interpolated", "carried"), (saddles(r) for r in rises), strict=True))
    return unprinted(statistics.check(**tables | {"recalibrated": saddles(rises[0], **options)}, network="net"))


def test_interpolated_and_carried_statistics_overstate_saddles():
    good = under(0.1, 0.5, 0.3)
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([5, 3])
    assert under(0.5, 0.1, 0.5)["verdict"].tolist() == ["contradicted", "undecided"], "ties decide nothing"
    assert set(under(0.0, 0.5, 0.3)["reason"]) == {"not every run gave a finite number"}
    assert set(under(0.1, 0.5, 0.3, error=0.67)["reason"]) == {UNTRAINED}
    with pytest.raises(ValueError, match="runs cannot be paired: interpolated has 1, 2, 3, but others have 1, 2"):
        under(0.1, 0.5, 0.3, runs=2)


@pytest.mark.parametrize(
    ("heights", "verdicts"),
    [
        ((0.4, 0.01, 0.0), ["holds"] * 3),
        ((0.4,), ["holds"]),
        ((0.4, 0.3), ["holds", "contradicted"]),
        ((0.05, 0.05), ["contradicted", "holds"]),
    ],
)
def test_a_swap_takes_a_spare_unit(heights, verdicts):
    units = list(range(2, 2 + len(heights)))
    named = {f"{n} units": (height, 0.0) for n, height in zip(units, heights, strict=True)}
    assert unprinted(xor.check(bands=saddles(named), units=units))["verdict"].tolist() == verdicts
    assert set(unprinted(xor.check(bands=saddles(named, error=0.25), units=units))["reason"]) == {
        "trained to 25 % train error, where below 10 % is presumed"
    }


def compared(*kinds, points=5, runs=3, ends=0.4, examples=10_000, even=False, **options):
    """(rise, length ratio, lesser disagreement with an end, eigenvalue in the middle) of the band and of other paths."""
    kinds, u = dict(zip(["band", "curve", "other"], kinds, strict=False)), np.linspace(0, 1, points)
    wobble = {label: WOBBLE if label == "band" else WOBBLE[::-1] for label in kinds}

    def apart(row):
        middle = kinds[row.label][2] * WOBBLE[row.run - 1]
        return 9.0 if row.split == "train" else {0.5: middle}.get(row.u0, ends * (row.u0 != row.reference))

    def bent(row):
        inside = 8 + 4 * row.u0 if even else kinds[row.label][3] if row.u0 == 0.5 else 1.0
        return {0: 8.0, 1: 12.0}.get(row.u0, inside) * wobble[row.label][row.run - 1]

    heights = pd.concat([saddles({n: (p[0], 0.0)}, ratio=p[1], wobble=wobble[n], **options) for n, p in kinds.items()])
    labels = {"labels": list(kinds), "runs": runs}
    alike = planted("similarity", **labels, split=["train", "test"], reference=[0, 1], u0=[0, 0.1, 0.5, 1], disagreement=apart,
                    arc=lambda row: 3 * row.u0, examples=examples)  # fmt: skip
    curved = planted("curvature", **labels, u0=u, highest=bent)
    return unprinted(paths.check(saddles=heights, similarity=alike[::-1], curvature=curved[::-1], band="band"))


BAND, CURVE = (0.1, 1.2, 0.25, 5.0), (0.5, 1.5, 0.3, 9.0)


def test_the_band_is_held_against_every_other_path():
    good = compared(BAND, CURVE, (0.9, 1.9, 0.4, 11.0))
    assert dict(good["verdict"]) == dict.fromkeys(good.index, "holds")
    assert set(good["origin"]) == {"ours"}
    assert good["effect"].to_dict() == pytest.approx({
        "lowest of all": 0.52 / 0.12, "flattest of all": 1.8, "no sharper than the minima": 7 / 30, "shortest of all that bend": 1.25,
        "another function midway": 0.05,
    }, rel=0.02)  # fmt: skip
    assert set(compared((0.5, 1.9, 0.1, 30.0), CURVE, (0.1, 1.2, 0.05, 20.0))["verdict"]) == {"contradicted"}, "one is enough"
    assert compared(CURVE, CURVE)["verdict"].tolist() == ["undecided"] * 2 + ["holds", "undecided", "holds"], (
        "no better than itself"
    )


def test_a_curvature_that_goes_evenly_from_one_end_to_the_other_is_not_above_both():
    even = compared(BAND, CURVE, even=True).loc["no sharper than the minima"]
    assert (even["effect"], even["verdict"]) == (pytest.approx(1), "undecided")


def test_a_path_is_not_held_to_be_shorter_than_a_straight_one():
    straight = compared((0.1, 0.9, 0.3, 5.0), (0.5, 0.9, 0.3, 9.0))
    assert straight.index.tolist() == ["lowest of all", "flattest of all", "no sharper than the minima"]
    assert "shortest of all that bend" not in compared(BAND, (0.5, 0.9, 0.3, 9.0)).index
    assert "shortest of all that bend" in compared(BAND, (0.5, 1.0, 0.3, 9.0)).index, "longer in one run"


def test_another_function_takes_test_examples():
    assert compared(BAND, CURVE, examples=40).loc["another function midway", "verdict"] == "undecided"


def test_paths_without_a_finite_number_or_a_middle():
    assert compared(BAND, (0.5, 1.5, 0.3, np.nan)).loc["flattest of all", "reason"] == "not every run gave a finite number"
    assert set(compared(BAND, CURVE, error=0.67)["reason"]) == {UNTRAINED}
    with pytest.raises(ValueError, match="curvature has no point between the ends"):
        compared(BAND, CURVE, points=2)
    with pytest.raises(ValueError, match=r"runs cannot be paired: .* has 1, 2, but others have 1, 2, 3"):
        compared(BAND, CURVE, runs=2)
