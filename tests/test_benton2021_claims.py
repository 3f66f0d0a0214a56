"""The claims of Benton et al. 2021 on planted tables: each is true of one, false of another, and not about a third."""

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import judged
from planted import planted

from lossland.papers.benton2021.claims import (
    around,
    curves,
    diversity,
    espro,
    pushes,
    regression,
    shift,
    simplexes,
    volume,
)
from lossland.papers.published import numbers
from lossland.statistics.estimates import of_errors
from lossland.statistics.scores import scores

UNTRAINED = "trained to 30 % train error, where below 10 % is presumed"


def spread(row):
    return 0.8 + 0.1 * row.run


def all_are(rows, verdict, why=""):
    rows = judged(rows)
    assert set(rows["verdict"]) == {verdict}
    assert rows["reason"].str.contains(why).all()
    return rows


def fit(error=0.02, runs=3):
    """How well the networks fit the training data."""
    return planted("ensemble", labels=["deep ensemble"], runs=runs, split="train", size=1, error=error)


def inside(rise, worst, runs=3, vertices=0.004, label="complex"):
    """Errors of samples, and of the worst point found, rise so far above modes of 0.004; half in a second simplex; an earlier stage and the test split are nonsense."""

    def above(end, by):
        return lambda row: end + by * spread(row) / (1 + row.simplex) if (row.stage, row.split) == (2, "train") else 99.0

    return planted("inside", labels=[label], runs=runs, stage=[1, 2], simplex=[0, 1], split=["train", "test"],
                   error_max=above(0.004, rise), error_worst=above(0.004, worst), error_vertices=above(vertices, 0))  # fmt: skip


def segments(barrier, runs=3, label="segment 0", error=0.004):
    """The nll rises by `barrier` above the higher of two ends, the error by a tenth of it; the test split is nonsense."""
    ends, by = {"nll": 0.01, "error": error}, {"nll": barrier, "error": barrier / 10}
    return planted("shape", labels=[label], runs=runs, split=["train", "test"], quantity=["nll", "error"],
                   start=lambda row: ends[row.quantity], end=lambda row: ends[row.quantity] / 2,
                   max=lambda row: ends[row.quantity] + by[row.quantity] if row.split == "train" else -9.0,
                   barrier=lambda row: by[row.quantity] if row.split == "train" else -9.0)  # fmt: skip


def test_the_loss_is_low_in_all_the_volume():
    for rise, worst in ((0.006, 0.02), (0.02, 0.006)):
        good = all_are(simplexes.check(inside=inside(rise, worst), segments=segments(2.0)), "holds")
        assert good["effect"].item() == pytest.approx(0.024), "the highest of the simplexes, of samples and what ascent finds"
    for rise, worst in ((0.2, 0.3), (0.2, 0.0), (0.0, 0.2)):
        all_are(simplexes.check(inside=inside(rise, worst), segments=segments(2.0)), "contradicted")
    all_are(simplexes.check(inside=inside(0.006, 0.02), segments=segments(2.0, error=0.3)), "not measurable", UNTRAINED)
    both = pd.concat([segments(2.0), segments(0.05, label="segment 1")])
    why = "a segment rises to 1 % train error only"
    all_are(simplexes.check(inside=inside(0.006, 0.02), segments=both), "not measurable", why)  # the lowest counts
    with pytest.raises(ValueError, match="runs cannot be paired: segments has 1, 2, but others have 1, 2, 3"):
        simplexes.check(inside=inside(0, 0), segments=segments(2.0, runs=2))


def test_a_simplex_around_a_network_is_as_low_as_its_vertices():
    all_are(around.check(inside=inside(-0.002, -0.003)), "holds")
    for rise, worst in ((0.05, -0.002), (-0.002, 0.05)):
        all_are(around.check(inside=inside(rise, worst)), "contradicted")
    all_are(around.check(inside=inside(0.05, 0, vertices=0.3)), "not measurable", UNTRAINED)
    all_are(around.check(inside=inside(0.05, 0, runs=1)), "not measurable", "one run")


def drawn(highest):
    """Curve 0, the mean, and the test split are nonsense; one of the drawn ones is as high as said, others lower."""

    def value(row):
        known = row.u1 > 0 and (row.split, row.quantity) == ("train", "error")
        return 0.01 + highest * spread(row) * row.u0 * row.u1 / 3 if known else 99.0

    return planted("landscape", labels=["SWAG of the bend"], u0=[0.0, 0.5, 1.0], u1=[0.0, 1.0, 2.0, 3.0],
                   split=["train", "test"], quantity=["nll", "error"], value=value)  # fmt: skip


def test_all_curves_drawn_stay_low():
    good = all_are(curves.check(curves=drawn(0.02), segments=segments(2.0)), "holds")
    assert good["effect"].item() == pytest.approx(0.03), "the highest of all curves, not the mean of them"
    all_are(
        curves.check(curves=drawn(0.02), segments=segments(0.1)), "not measurable", "a segment rises to 1 % train error only"
    )
    all_are(curves.check(curves=drawn(2.0), segments=segments(2.0)), "contradicted")
    all_are(curves.check(curves=drawn(0.2), segments=segments(2.0, error=0.3)), "not measurable", UNTRAINED)


ARM, EXACT = "float32", "float64"


def grown(low=11, factor=2.0, top=14, height=5.0, runs=3):
    """log V grows by `factor` a connector; with number `low` of ARM it falls by e^20. Other rows of simplexes are nonsense."""

    def log_volume(row):
        steps = [-20.0 if (row.label, k) == (ARM, low) else factor * spread(row) for k in range(1, row.stage + 1)]
        return sum(steps) if row.simplex == -1 else -99.0

    return planted("volume", labels=[ARM, EXACT], runs=runs, stage=range(1, top + 1), simplex=[-1, 0, 1], longest=10.0,
                   log_volume=log_volume, height=lambda row: [height * spread(row), 99.0, -99.0][row.simplex])[::-1]  # fmt: skip


def claimed(error=0.01, **options):
    """Samples of later stages, and of the other arm, are nonsense."""
    errors = planted("inside", labels=[ARM, EXACT], stage=[1, 10, 13], simplex=[0, 1], split=["train", "test"],
                     error_max=lambda row: error * spread(row) * (1 + row.simplex) / 2
                     if (row.label, row.split) == (ARM, "train") and row.stage < 11 else 9.0)  # fmt: skip
    return volume.check(volumes=grown(**options), inside=errors, arm=ARM, exact=EXACT)


def test_a_volume_grows_and_collapses_at_low_loss():
    rows = all_are(claimed(), "holds")
    assert rows["effect"].tolist() == pytest.approx([0.01, 2, 0.5, np.exp(-22), np.exp(22)], rel=0.01)
    assert rows["origin"].tolist() == 4 * ["this paper"] + ["ours"]


def test_a_volume_that_shrinks_from_the_start_does_not_collapse():
    """It falls by e^5 a connector, a hundredth and less, whatever pushes it: connectors hardly leave the face of the others."""
    rows = judged(claimed(low=99, factor=-5.0, height=0.05))
    assert rows["verdict"].tolist() == ["holds", "contradicted", "contradicted", "not measurable", "not measurable"]
    assert set(rows["reason"].iloc[3:]) == {"the volume does not grow before"}
    rows = judged(claimed(low=99))
    assert rows["verdict"].tolist()[3:] == ["contradicted", "not measurable"]
    assert "there is no collapse to explain" in rows["reason"].iloc[4]


@pytest.mark.parametrize("error", [0.9, 0.05])
def test_a_volume_of_higher_loss_than_the_papers_says_nothing(error):
    rows = judged(claimed(error=error))
    assert rows["verdict"].tolist() == ["contradicted"] + 4 * ["not measurable"]
    assert set(rows["reason"].iloc[1:]) == {f"the train error inside rises to {110 * error:.2g} %, where below 2 % is presumed"}


def test_few_connectors_say_nothing_of_a_collapse():
    rows = judged(claimed(top=10))
    assert rows["verdict"].tolist() == 3 * ["holds"] + 2 * ["not measurable"]
    assert rows["reason"].iloc[3] == "grown by fewer than 11 connectors"
    assert judged(claimed(top=1))["verdict"].tolist() == ["holds"] + 4 * ["not measurable"]


def by_example(label, wrong, cost=0.0, runs=3, examples=400, apart=0, severities=(0,), **scores):
    """The first `wrong[size - 1]` of the examples are misjudged, `apart` more in run 3 and fewer in run 1; at each severity as
    many hundredths more."""

    def error(row):
        return float(row.example < examples * (wrong[row.size - 1] + row.severity / 100) + apart * (row.run - 2))

    scores = {name: (lambda row, k=k: k * error(row)) for name, k in scores.items()}
    return planted("by_example", labels=[label], runs=runs, size=range(1, len(wrong) + 1), example=range(examples),
                   severity=list(severities), corruption="gaussian_noise",
                   epochs=lambda row: cost * row.size, error=error, **scores)  # fmt: skip


NETWORKS = by_example("deep ensemble", [0.20, 0.15, 0.12], 300)


def of_both(ece, better, examples=10**6, probe="ensemble", labels=("deep ensemble", "2-simplex"), **given):
    """Calibration errors at fitted temperatures: `ece`, of the second label lower by `better`; others are nonsense."""
    lower = lambda row: ece - better * spread(row) * (row.label == labels[1])  # noqa: E731
    given |= {"examples": examples} if probe == "ensemble" else {}
    return planted(probe, labels=labels, size=[1, 2, 3], error=0.1, ece=9.0, ece_tempered=lower, **given)


def gains(wrong, better=0.01, examples=10**6, **options):
    own = by_example("2-simplex", wrong, 400)
    tables = {"independent": NETWORKS, "simplexes": own, "ensembles": of_both(0.03, better, examples), "networks": fit()}
    return espro.check(**tables | {"sizes": [1, 2], "budgets": [1]} | options)


def test_simplexes_are_better_calibrated_if_the_test_set_tells():
    rows = [judged(gains([0.05, 0.03], *given)).loc["simplexes are better calibrated"] for given in
            ((0.01,), (-0.01,), (0.01, 800))]  # fmt: skip
    assert [row["verdict"] for row in rows] == ["holds", "contradicted", "undecided"]
    assert rows[0]["effect"] == pytest.approx(0.01)
    assert (rows[0]["origin"], rows[0]["published"]) == ("this paper", "none printed")


def test_a_calibration_error_varies_no_more_with_the_examples_than_an_error_rate():
    rng, n = np.random.default_rng(0), 1_000
    sure = rng.beta(8, 1, (300, n, 1)) * [1, -1] + [0, 1]
    p = torch.tensor(np.pad(sure, ((0, 0), (0, 0), (0, 1))))
    wrong = (rng.random((300, n)) > 0.95 * sure[..., 0]).astype(int)
    found = [scores(each, torch.tensor(label)) for each, label in zip(p, wrong, strict=True)]
    assert np.std([f["ece"] for f in found]) < 1.05 * of_errors(np.mean([f["error"] for f in found]), examples=n)


def test_simplexes_are_better_at_equal_components_and_at_equal_budget():
    rows = all_are(gains([0.05, 0.03]), "holds").drop(index="simplexes are better calibrated")
    at_400 = 0.20 - 0.05 / 3
    assert rows["effect"].tolist() == pytest.approx([0.15, at_400 - 0.05, 0.12], abs=1e-6)
    assert [name.rpartition(", ")[2] for name in rows.index] == ["equal components", "equal budget", "equal components"]
    worse = judged(gains([0.19, 0.15]))
    assert worse["effect"].iloc[1] == pytest.approx(at_400 - 0.19), "as many passes do more"
    all_are(gains([0.4, 0.4], -0.01), "contradicted")
    all_are(gains([0.05, 0.03], networks=fit(0.3)), "not measurable", UNTRAINED)
    assert len(gains([0.05, 0.04, 0.03], sizes=[3], budgets=[3])) == 2, "three simplexes cost more than three networks"
    few = judged(gains([0.195], sizes=[1]))["verdict"].iloc[0]
    assert few == "undecided", "every run errs on the same two examples less: of other examples that says nothing"
    with pytest.raises(ValueError, match="runs cannot be paired: 2-simplex has 1, 2, 3, but others have 1, 2"):
        gains([0.07, 0.06], independent=NETWORKS[NETWORKS["run"] != "3"])


def test_what_is_published_is_of_one_data_set():
    rows = judged(gains([0.0660, 0.06], sizes=[1], dataset="CIFAR-10"))
    assert rows.loc["simplexes are better: 1 component, equal components", "published"] == f"{(6.95 - 6.60) / 100:.3g}"
    at_8333 = np.interp(8333, [6220, 12440], [6.95, 6.38])
    assert rows.loc["simplexes are better: 1 component, equal budget", "published"] == f"{(at_8333 - 6.60) / 100:.3g}"
    assert rows.loc["test error of 1: 2-simplex", "published"] == "0.066"
    assert rows.loc["test error of 1: deep ensemble", ["verdict", "published"]].tolist() == ["contradicted", "0.0695"]
    many = {
        "independent": by_example("deep ensemble", [0.0695], 300, examples=4000),
        "sizes": [1],
        "budgets": [],
        "dataset": "CIFAR-10",
    }
    few = judged(gains([0.0660], **many)).filter(like="test error of 1", axis=0)["verdict"]
    assert few.to_dict() == {"test error of 1: deep ensemble": "holds", "test error of 1: 2-simplex": "undecided"}, "of 400"
    other = judged(gains([0.07, 0.06], sizes=[1], dataset="CIFAR-100"))["published"]
    assert other.iloc[0] == f"{(28.21 - 26.22) / 100:.3g}"
    assert other.iloc[1] == "none printed", "no times are published of it"


def test_lambda_matters_if_the_error_is_another_on_either_side():
    many = {"examples": 4000, "apart": 1}
    own, alike = by_example("2-simplex", [0.1, 0.1], examples=4000), by_example("2-simplex, lambda 1", [0.9, 0.1], **many)
    check = {"simplexes": own, "pushed": alike, "networks": fit(), "size": 2}
    all_are(pushes.check(**check), "holds")
    for wrong in (0.15, 0.05):
        other = by_example("other", [0.1, wrong], **many)
        all_are(pushes.check(**check | {"pushed": pd.concat([alike, other])}), "contradicted")
    two = by_example("other", [0.1, 0.104], **many)
    all_are(pushes.check(**check | {"pushed": two}), "undecided")
    all_are(pushes.check(**check | {"networks": fit(0.3)}), "not measurable", UNTRAINED)


def functions(same, train, error=0.01, runs=3):
    """Pairs of draws of one simplex differ by `same` on the test data, by `train` on the others; of two, nonsense."""
    values = {"test": same, "train": train}
    common = {"split": ["test", "train"], "same_source": [True, False], "examples": 500_000}
    draws = planted("disagreement", labels=["2-simplex"], runs=runs, first=[0, 1], error_first=error, **common,
                    disagreement=lambda row: (values[row.split] * spread(row) + 0.02 * row.first - 0.01)
                    if row.same_source else -9.0)  # fmt: skip
    between = planted("disagreement", labels=["deep ensemble"], **common,
                      disagreement=lambda row: 0.1 if (row.split, row.same_source) == ("test", False) else -9.0)  # fmt: skip
    return diversity.check(draws=draws, independent=between)


def test_one_simplex_has_many_functions_but_fewer_than_independent_networks():
    good = all_are(functions(0.05, 0.01), "holds")
    assert good["effect"].tolist() == pytest.approx([0.4, 0.05])
    assert good["origin"].tolist() == ["this paper", "ours"]
    all_are(functions(0.15, 0.2), "contradicted")
    all_are(functions(0.05, 0.01, error=0.3), "not measurable", UNTRAINED)
    with pytest.raises(ValueError, match="runs cannot be paired: train has 1, 2, but others have 1, 2, 3"):
        functions(0.05, 0.01, runs=2)


def bands(width, inside=0.1, runs=3):
    """Networks that spread by `inside` in [-1, 1], elsewhere by `width` of each label."""
    return planted("functions", labels=list(width), runs=runs, x0=np.linspace(-3, 3, 13), index=range(4),
                   output=lambda row: (row.index - 1.5) * spread(row) ** (row.label == "3 simplexes")
                   * (inside if abs(row.x0) <= 1 else width[row.label]))  # fmt: skip


def banded(width, fit=1.0, **options):
    squares = planted("landscape", labels=list(width), split="train", quantity=["squared_error", "nll"],
                      value=lambda row: fit if (row.label, row.quantity) == ("3 simplexes", "squared_error") else 1.0)  # fmt: skip
    table = bands(width, **options)
    return regression.check(functions=table, fits=squares, ours="3 simplexes", intervals=[[-1.0, 1.0]])


def test_bands_are_widest_away_from_the_data():
    rows = all_are(banded({"3 simplexes": 1.0, "deep": 0.1, "curve": 0.2}), "holds")
    assert rows["effect"].tolist() == pytest.approx([1 / 0.2, 10], rel=0.01), "than of the weakest of the others"
    several = judged(banded({"3 simplexes": 1.0, "deep": 0.1, "curve": 2.0}))
    assert several["verdict"].tolist() == ["contradicted", "holds"]
    all_are(banded({"3 simplexes": 0.1, "deep": 1.0}, inside=1.0), "contradicted")
    unfit = banded({"3 simplexes": 1.0, "deep": 0.1}, fit=2.0)
    all_are(unfit, "not measurable", "squared error is 2 times the others', below 1.5 is presumed")


def shifted(own, rivals, **options):
    """Ensembles of three, of which `rivals` err on so many, clean and as many more at each severity."""
    scores = {"nll_tempered": 2.0, "nll": -9.0}
    of_all = pd.concat([by_example(label, [0.9, 0.9, wrong], severities=[0, 5], **scores) for label, wrong in rivals.items()])
    simplexes = by_example("ESPRO", [0.9, 0.9, own], severities=[0, 5], **scores)
    two = {"labels": [next(iter(rivals)), "ESPRO"], "severity": [0, 5], "corruption": "gaussian_noise"}
    shifts = of_both(0.2, next(iter(rivals.values())) - own, probe="shift", **two)
    return shift.check(**{"simplexes": simplexes, "others": of_all, "shifts": shifts, "networks": fit(), "size": 3} | options)


def test_simplexes_stay_ahead_of_all_others_at_every_severity():
    rows = all_are(shifted(0.05, {"deep ensemble": 0.2, "MultiSWA": 0.15}), "holds")
    own = [f"ahead of {kind}: {score}" for kind in ("deep ensemble", "MultiSWA") for score in shift.SCORES]
    assert list(rows.index) == [*own, "ahead of deep ensemble: ece_tempered"]
    assert rows["effect"].tolist() == pytest.approx([0.15, 0.3, 0.1, 0.2, 0.15])
    assert rows["measured"].iloc[0].endswith("the weakest of 2")
    assert judged(shifted(0.2, {"a": 0.3, "b": 0.05}))["verdict"].tolist() == [
        *2 * ["holds"],
        *2 * ["contradicted"],
        "holds",
    ]
    all_are(shifted(0.2, {"deep ensemble": 0.05}), "contradicted")
    all_are(shifted(0.05, {"deep ensemble": 0.2}, networks=fit(0.3)), "not measurable", UNTRAINED)
    clean = by_example("deep ensemble", [0.2, 0.2, 0.2], nll_tempered=1.0)
    with pytest.raises(ValueError, match="ESPRO and deep ensemble are not both of gaussian_noise at severity 5; measure both"):
        shifted(0.05, {"a": 0.2}, others=clean)


def test_published_numbers_agree_with_one_another():
    rows = numbers("benton2021", remembered=True)
    assert not rows.duplicated(["table", "arch", "dataset", "method", "setting", "metric"]).any()
    rows = rows.assign(n=rows["setting"].str.extract(r"^(\d) comp", expand=False).astype(float))
    seconds = rows[rows["metric"] == "seconds"]
    epochs = 300 + 50 * seconds["method"].map({"deep ensemble": 0, "1-simplex": 1, "2-simplex": 2})
    assert (seconds["value"] / seconds["n"] / epochs).to_numpy() == pytest.approx(6220 / 300, rel=0.01)
    errors = rows[(rows["metric"] == "test_error_percent") & (rows["dataset"] == "CIFAR-10") & (rows["n"] == 3)]
    said, drawn = (errors[errors["table"] == t].set_index("method")["value"] for t in ("Section 5", "Figure 8"))
    assert said.to_dict() == drawn[said.index].round(1).to_dict()
