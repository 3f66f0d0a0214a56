"""The claims of Benton et al. 2021 on planted tables: each is true of one and false of another; odd runs are refused."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged
from planted import planted

from lossland.papers.benton2021.claims import diversity, espro, pushes, shift, simplexes, volume
from lossland.papers.published import numbers


def spread(row):
    return 0.8 + 0.1 * row.run


def inside(mean, worst, nll, runs=3):
    """Rises above modes of error 0.004 and nll 0.01; half in a second simplex; an earlier stage and the test split are nonsense."""

    def above(end, rise):
        return lambda row: end + rise * spread(row) / (1 + row.simplex) if (row.stage, row.split) == (2, "train") else 99.0

    return planted("inside", labels=["complex"], runs=runs, stage=[1, 2], simplex=[0, 1], split=["train", "test"],
                   error_mean=above(0.004, mean), error_max=above(0.004, worst), nll_worst=above(0.01, nll))  # fmt: skip


def segments(barrier, runs=3, label="segment 0"):
    """The nll rises by `barrier` above the higher of two ends, the error by a tenth of it; the test split is nonsense."""
    ends, by = {"nll": 0.01, "error": 0.004}, {"nll": barrier, "error": barrier / 10}
    return planted("shape", labels=[label], runs=runs, split=["train", "test"], quantity=["nll", "error"],
                   start=lambda row: ends[row.quantity], end=lambda row: ends[row.quantity] / 2,
                   max=lambda row: ends[row.quantity] + by[row.quantity] if row.split == "train" else -9.0,
                   barrier=lambda row: by[row.quantity] if row.split == "train" else -9.0)  # fmt: skip


def test_the_loss_is_low_inside_in_the_mean_and_at_the_worst():
    good = judged(simplexes.check(inside=inside(0.002, 0.006, 0.1), segments=segments(2.0)))
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([0.0015 / 0.2, 0.006 / 0.2, 0.01, 0.1 / 2]), (
        "mean over simplexes, or highest"
    )
    bad = judged(simplexes.check(inside=inside(0.06, 0.09, 3.0), segments=segments(2.0)))
    assert set(bad["verdict"]) == {"contradicted"}
    both = pd.concat([segments(2.0), segments(0.05, label="segment 1")])
    lowest = judged(simplexes.check(inside=inside(0.002, 0.006, 0.1), segments=both))
    assert lowest["effect"].iloc[-1] == pytest.approx(2), "of several segments the lowest counts"
    with pytest.raises(ValueError, match="runs cannot be paired: segments has 1, 2, but others have 1, 2, 3"):
        simplexes.check(inside=inside(0, 0, 0), segments=segments(2.0, runs=2))


ALL = list(dict.fromkeys(label for pair in volume.COMPARED.values() for label in pair))
FLOAT32 = "float32, lambda as released"


def grown(low={}, top=16, factor=2.0, runs=3):
    """log V grows by `factor` a connector, and falls by 9 with each from number `low` of a label on (a connector earlier in run
    1, later in run 3), which lie at a hundredth of the height; other rows of simplexes are nonsense."""

    def start(row):
        return low[row.label] + row.run - 2 if row.label in low else 99

    def log_volume(row):
        steps = [factor * spread(row) if k < start(row) else -9.0 for k in range(1, row.stage + 1)]
        return sum(steps) if row.simplex == -1 else -99.0

    def height(row):
        return {-1: 99.0, 0: 5.0 if row.stage < start(row) else 0.05, 1: 7.0, 2: np.nan}[row.simplex]

    return planted("volume", labels=ALL, runs=runs, stage=range(1, top + 1), simplex=[-1, 0, 1, 2],
                   log_volume=log_volume, height=height)[::-1]  # fmt: skip


def test_the_volume_grows_and_collapses_where_it_was_planted():
    rows = judged(volume.check(volumes=grown({FLOAT32: 9})))
    assert rows.loc["the volume grows: float64, constant", ["effect", "verdict"]].tolist() == pytest.approx([2, "holds"])
    for what in ("the volume collapses", "the newest connector lies low"):
        assert rows.loc[f"{what}: {FLOAT32}", ["effect", "verdict", "published"]].tolist() == [9, "holds", "11"]
        assert rows.loc[f"{what}: float64, constant", ["effect", "verdict"]].tolist() == [17, "contradicted"], (
            "one more than all"
        )
    longer = rows.filter(like="connectors fit in longer", axis=0)
    assert longer["effect"].tolist() == [8, 0, 8, 0, 0], "in the order of COMPARED"
    assert longer["verdict"].tolist() == ["holds", "undecided", "holds", "undecided", "undecided"]
    late = judged(volume.check(volumes=grown({FLOAT32: 11})))
    assert late.loc[f"the newest connector lies low: {FLOAT32}", "verdict"] == "undecided", "10, 11 and 12 leave it open"


def test_collapse_and_height_are_not_the_same():
    """V falls by e^0.9 a connector, and is below a hundredth of the first after six (e^5.4 = 221); then none lies low. The first
    is as high as half the way between the modes and is no measure: of the others the second is not low, the fourth is."""
    rows = judged(volume.check(volumes=grown(factor=-1.0, runs=1)))
    assert rows.loc["the volume grows: float64, constant", "verdict"] == "not measurable"
    assert rows.loc["the volume collapses: float64, constant", "effect"] == 7
    assert rows.loc["the newest connector lies low: float64, constant", "effect"] == 17
    rows = grown()
    for stage, height in ((1, 100.0), (4, 0.4)):
        rows.loc[(rows["stage"] == stage) & (rows["simplex"] >= 0), "height"] = height
    assert judged(volume.check(volumes=rows)).loc["the newest connector lies low: float64, constant", "effect"] == 4


def test_few_connectors_claim_only_growth():
    rows = judged(volume.check(volumes=grown(top=10)))
    assert {name.partition(":")[0] for name in rows.index} == {"the volume grows", "connectors fit in longer"}
    with pytest.raises(ValueError, match="run 1, are of one stage; add two connectors or more"):
        volume.check(volumes=grown(top=1))
    none = grown()
    none.loc[none["stage"] == 3, "log_volume"] = -np.inf
    assert judged(volume.check(volumes=none)).loc["the volume grows: float64, constant", "verdict"] == "not measurable"


def ensembles(label, errors, cost, runs=3, apart=0.001):
    """errors: of ensembles of 1, 2, ... components, whose mean over two subsets is planted; nll is three times as much."""

    def error(row):
        own = errors[row.size - 1] + apart * (spread(row) - 1) + 0.01 * (2 * row.subset - 1)
        return own if row.split == "test" else -9.0

    return planted("ensemble", labels=[label], runs=runs, size=range(1, len(errors) + 1), subset=[0, 1], split=["test", "val"],
                   epochs=lambda row: cost * row.size, error=error, nll=lambda row: 3 * error(row))  # fmt: skip


NETWORKS = ensembles("deep ensemble", [0.10, 0.08, 0.07, 0.065], 300)


def gains(errors, **options):
    own = ensembles("2-simplex", errors, 400, apart=0.005)
    return judged(espro.check(**{"independent": NETWORKS, "simplexes": own, "sizes": [1, 2], "budgets": [1, 2]} | options))


def test_simplexes_are_better_at_equal_components_and_at_equal_budget():
    rows = gains([0.07, 0.06])
    assert set(rows["verdict"]) == {"holds"}
    assert rows.loc["2-simplex at 1 component: error", "effect"] == pytest.approx(0.03)
    assert rows.loc["2-simplex at 2 components: nll", "effect"] == pytest.approx(0.06)
    at_400, at_800 = 0.10 - 0.02 / 3, 0.08 - 0.01 * 2 / 3
    assert rows.loc["2-simplex at the budget of 1 component: error", "effect"] == pytest.approx(at_400 - 0.07)
    assert rows.loc["2-simplex at the budget of 2 components: nll", "effect"] == pytest.approx(3 * (at_800 - 0.06))
    worse = gains([0.095, 0.09])
    assert worse.loc["2-simplex at 1 component: error", "verdict"] == "holds"
    assert worse.loc["2-simplex at the budget of 1 component: error", "verdict"] == "contradicted", "as many passes do more"
    beyond = gains([0.06] * 4, sizes=[4], budgets=[1, 4])
    assert [name[-25:] for name in beyond.index[::2]] == ["get of 1 component: error", "ex at 4 components: error"]
    with pytest.raises(ValueError, match="runs cannot be paired: 2-simplex has 1, 2, 3, but others have 1, 2"):
        gains([0.07, 0.06], independent=NETWORKS[NETWORKS["run"] != "3"])


def test_published_differences_are_those_of_one_data_set():
    rows = gains([0.07, 0.06], dataset="CIFAR-10")["published"]
    assert rows["2-simplex at 1 component: error"] == f"{(6.95 - 6.60) / 100:.3g}"
    at_8333 = np.interp(8333, [6220, 12440], [6.95, 6.38])
    assert rows["2-simplex at the budget of 1 component: error"] == f"{(at_8333 - 6.60) / 100:.3g}"
    other = gains([0.07, 0.06], dataset="CIFAR-100")["published"]
    assert other["2-simplex at 1 component: error"] == f"{(28.21 - 26.22) / 100:.3g}"
    assert other["2-simplex at the budget of 1 component: error"] == "none printed", "no times are published of it"


def test_lambda_matters_if_the_error_is_another_on_either_side():
    free, alike = ensembles("2-simplex, lambda 0", [0.06, 0.05], 400), ensembles("2-simplex", [0.061, 0.051], 400, apart=0.002)
    for error in (0.08, 0.04):
        table = pd.concat([alike, ensembles("other", [error, error], 400)])
        rows = judged(pushes.check(free=free, pushed=table, sizes=[1, 2]))
        assert rows["verdict"].tolist() == ["holds", "holds", "contradicted", "contradicted"]


def functions(same, train, runs=3):
    """Pairs of draws of one simplex differ by `same` on the test data, by `train` on the others; of two, nonsense."""
    values = {"test": same, "train": train}
    draws = planted("disagreement", labels=["2-simplex"], runs=runs, split=["test", "train"], same_source=[True, False],
                    first=[0, 1], disagreement=lambda row: (values[row.split] * spread(row) + 0.02 * row.first - 0.01)
                    if row.same_source else -9.0)  # fmt: skip
    between = planted("disagreement", labels=["deep ensemble"], split=["test", "train"], same_source=[True, False],
                      disagreement=lambda row: 0.1 if (row.split, row.same_source) == ("test", False) else -9.0)  # fmt: skip
    return judged(diversity.check(draws=draws, independent=between))


def test_one_simplex_has_many_functions_but_fewer_than_independent_networks():
    good = functions(0.05, 0.01)
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([0.4, 0.05])
    bad = functions(0.14, 0.135)
    assert set(bad["verdict"]) == {"contradicted"}
    assert functions(0.09, 0.09)["effect"].iloc[0] == pytest.approx(0), "draws that differ as often on the training data"
    with pytest.raises(ValueError, match="runs cannot be paired: 2-simplex has 1, 2, but others have 1, 2, 3"):
        functions(0.05, 0.01, runs=2)


def noise(label, clean, severe, tempered=1.0, runs=3, corruptions=("gaussian_noise",)):
    """Two ensembles of three components; of other sizes and splits, nonsense."""

    def error(row):
        own = (severe if row.severity else clean) * spread(row) + 0.01 * (2 * row.subset - 1)
        return own if (row.size, row.split) == (3, "test") else -9.0

    def one(severity, names):
        return planted("shift", labels=[label], runs=runs, severity=[severity], corruption=list(names), size=[3, 1], subset=[0, 1],
                       split=["test", "val"], error=error, nll=lambda row: 2 * error(row),
                       nll_tempered=lambda row: tempered * error(row))  # fmt: skip

    return pd.concat([one(0, ["none"]), one(5, corruptions)])


def test_simplexes_stay_ahead_at_each_severity_and_in_each_score():
    networks = noise("deep ensemble", 0.07, 0.3)
    rows = judged(shift.check(simplexes=noise("ESPRO", 0.05, 0.4), independent=networks, size=3))
    for score, scale in (("error", 1), ("nll", 2), ("nll_tempered", 1)):
        assert rows.loc[f"ESPRO at severity 0: {score}", ["verdict", "effect"]].tolist() == pytest.approx(
            ["holds", 0.02 * scale]
        )
        assert rows.loc[f"ESPRO at severity 5: {score}", "verdict"] == "contradicted"
    tempered = judged(shift.check(simplexes=noise("ESPRO", 0.05, 0.2, tempered=3.0), independent=networks, size=3))
    assert tempered.filter(like="nll_tempered", axis=0)["verdict"].tolist() == 2 * ["contradicted"]
    assert tempered.loc["ESPRO at severity 5: nll", "verdict"] == "holds"
    more = noise("deep ensemble", 0.07, 0.3, corruptions=["gaussian_noise", "fog"])
    with pytest.raises(ValueError, match="ESPRO and independent are not both of fog at severity 5; measure both on it"):
        shift.check(simplexes=noise("ESPRO", 0.05, 0.4), independent=more, size=3)


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
