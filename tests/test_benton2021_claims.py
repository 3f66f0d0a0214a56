"""The claims of Benton et al. 2021 on planted tables: each holds, does not hold, and refuses what cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged

from lossland.papers.benton2021.claims import diversity as benton2021_diversity
from lossland.papers.benton2021.claims import espro as benton2021_espro
from lossland.papers.benton2021.claims import shift as benton2021_shift
from lossland.papers.benton2021.claims import simplexes as benton2021_simplexes
from lossland.papers.benton2021.claims import volume as benton2021_volume

RUNS = ("1", "2", "3")
SPREAD = dict(zip(RUNS, (0.9, 1.0, 1.1), strict=True))


def inside(mean, worst, nll, runs=RUNS):
    """Rises above modes of error 0.004 and nll 0.01; an earlier stage and the test split are nonsense."""
    rows = []
    for run in runs:
        for stage, simplex, split in ((1, 0, "train"), (2, 0, "train"), (2, 1, "train"), (2, 0, "test")):
            own = {"run": run, "stage": stage, "simplex": simplex, "split": split, "samples": 25}
            good = stage == 2 and split == "train"
            f = SPREAD[run] * (1 if simplex == 0 else 0.5) if good else 99.0
            own |= {"error_mean": 0.004 + mean * f, "error_max": 0.004 + worst * f}
            rows.append(own | {"nll_worst": 0.01 + nll * f})
    return pd.DataFrame(rows).assign(subspace="complex")


def segments(barrier, runs=RUNS, subspace="line"):
    """The error rises by a tenth of `barrier`, the nll by all of it, above the higher of two ends."""
    kinds = [("train", "nll", 0.01, barrier), ("train", "error", 0.004, barrier / 10), ("test", "nll", 99.0, -9.0)]
    rows = [
        {"run": r, "split": s, "quantity": q, "barrier": b, "start": end, "end": end / 2, "max": end + b}
        for r in runs
        for s, q, end, b in kinds
    ]
    return pd.DataFrame(rows).assign(subspace=subspace)


def test_the_loss_is_low_inside_on_the_mean_and_at_the_worst():
    good = judged(benton2021_simplexes.check(inside=inside(0.002, 0.006, 0.1), segments=segments(2.0)))
    assert set(good["verdict"]) == {"holds"}
    shares = [0.0015 / 0.2, 0.006 / 0.2, 0.01, 0.1 / 2]
    assert good["mean"].tolist() == pytest.approx(shares), "the mean over simplexes, the highest of them"
    assert good["published"].tolist() == ["none printed", "none printed", "0.02", "none printed"]
    bad = judged(benton2021_simplexes.check(inside=inside(0.06, 0.09, 3.0), segments=segments(2.0)))
    assert set(bad["verdict"]) == {"does not hold"}


def test_the_lowest_barrier_between_two_of_several_modes_counts():
    both = pd.concat([segments(2.0), segments(0.05, subspace="lower")])
    rows = judged(benton2021_simplexes.check(inside=inside(0.002, 0.006, 0.1), segments=both))
    assert rows["mean"].iloc[-1] == pytest.approx(2)
    assert rows["verdict"].iloc[-1] == "does not hold"


def test_complexes_without_their_segments_are_refused():
    with pytest.raises(ValueError, match="runs cannot be paired: segments has 1, 2, but others have 1, 2, 3"):
        benton2021_simplexes.check(inside=inside(0, 0, 0), segments=segments(2.0, RUNS[:2]))
    rows = inside(0, 0, 0)
    with pytest.raises(ValueError, match="runs cannot be paired: inside has none"):
        benton2021_simplexes.check(inside=rows[rows["split"] == "test"], segments=segments(2.0))
    with pytest.raises(ValueError, match="runs cannot be paired: inside has 1, 1, 2, 2"):
        benton2021_simplexes.check(inside=pd.concat([rows, rows.assign(subspace="b")]), segments=segments(2.0))


def volumes(subspace, low=99, top=16, factor=2.0, runs=RUNS):
    """log V grows by `factor` a connector, and falls by 9 with each from number `low` on, where heights are a hundredth."""
    rows = []
    for run in runs:
        start = low + int(run) - 2 if low < 99 else low
        log_volume = np.cumsum([factor * SPREAD[run] if k < start else -9.0 for k in range(1, top + 1)])
        for k in range(1, top + 1):
            whole = {"run": run, "stage": k, "simplex": -1, "log_volume": log_volume[k - 1], "height": 99.0}
            heights = (5.0 if k < start else 0.05, 7.0, np.nan)  # of two simplexes with the newest vertex and one without
            rows += [whole, *(whole | {"simplex": i, "log_volume": -99.0, "height": h} for i, h in enumerate(heights))]
    return pd.DataFrame(rows).assign(subspace=subspace)[::-1]


def grown(control, released, **options):
    table = pd.concat([volumes("new", **control), volumes("old", **released), volumes("odd", factor=-1.0)])
    arms = [["new", "float64"], ["old", "as released"]]
    return benton2021_volume.check(volumes=table, arms=arms, compared=[["old", "new", "the determinant"]], **options)


def alone(table):
    """The claims of one arm, and it against itself."""
    return benton2021_volume.check(volumes=table, arms=[["new", "n"]], compared=[["new", "new", "nothing"]])


def test_the_volume_grows_and_collapses_where_it_was_planted():
    rows = judged(grown({}, {"low": 9}))
    assert rows.loc["the volume grows: float64", ["mean", "verdict"]].tolist() == pytest.approx([2, "holds"])
    for what in ("the volume collapses", "the newest connector lies low"):
        assert rows.loc[f"{what}: as released", ["mean", "verdict"]].tolist() == [9, "holds"]
        assert rows.loc[f"{what}: as released", "published"] == "11"
        assert rows.loc[f"{what}: float64", ["mean", "verdict"]].tolist() == [17, "does not hold"], "one more than there are"
    assert rows.loc["connectors fit in longer: the determinant", ["mean", "verdict"]].tolist() == [8, "holds"]
    late = judged(grown({}, {"low": 11})).loc["the newest connector lies low: as released"]
    assert late[["mean", "verdict"]].tolist() == [11, "undecided"], "10, 11 and 12 leave it open"


def test_each_comparison_says_what_differs_and_has_a_direction():
    table = pd.concat([volumes("a", low=9), volumes("b", low=9), volumes("c", low=13)])
    pairs = [["a", "b", "the rule"], ["b", "c", "the floor"], ["c", "a", "the way back"]]
    rows = judged(benton2021_volume.check(volumes=table, arms=[["a", "A"]], compared=pairs))
    found = rows.filter(like="connectors fit in longer", axis=0)
    assert found.index.tolist() == [f"connectors fit in longer: {what}" for _, _, what in pairs]
    assert found["mean"].tolist() == [0, 4, -4]
    assert found["verdict"].tolist() == ["does not hold", "holds", "does not hold"]


def test_where_both_arms_collapse_alike_float64_is_no_remedy():
    rows = judged(grown({"low": 9}, {"low": 9}))
    assert rows.loc["connectors fit in longer: the determinant", ["mean", "verdict"]].tolist() == [0, "does not hold"]
    assert rows.loc["the newest connector lies low: float64", "mean"] == 9


def test_a_volume_can_collapse_though_no_connector_lies_low():
    """It falls by e a connector, and is below a hundredth of the first after five (e^5 = 148)."""
    rows = judged(grown({"factor": -1.0, "runs": ("2",)}, {"low": 11, "runs": ("2",)}))
    assert rows.loc["the volume grows: float64", "verdict"] == "does not hold"
    assert rows.loc["the volume collapses: float64", "mean"] == 6
    assert rows.loc["the newest connector lies low: float64", "mean"] == 17


def test_the_first_connector_is_no_measure_of_the_others():
    """It is as high as half the way between the modes; the second at a twentieth of that is not low, the fourth is."""
    rows = volumes("new")
    for stage, height in ((1, 100.0), (4, 0.4)):
        rows.loc[(rows["stage"] == stage) & (rows["simplex"] >= 0), "height"] = height
    found = judged(alone(rows))
    assert found.loc["the newest connector lies low: n", "mean"] == 4


def test_growth_is_that_before_the_published_collapse():
    table = volumes("new", low=12)
    (grows, *_) = alone(table)
    assert grows.values == pytest.approx([1.8, 2.0, 2.2])
    none = table.assign(log_volume=table["log_volume"].where(table["stage"] != 3, -np.inf))
    (grows, *_) = alone(none)
    assert grows.row()["verdict"] == "does not hold", "a complex without a volume has no growth"


def test_few_connectors_have_no_claim_on_the_collapse():
    table = volumes("new", top=10)
    rows = judged(alone(table))
    assert rows.index.tolist() == ["the volume grows: n", "connectors fit in longer: nothing"]
    with pytest.raises(ValueError, match="volumes of new, run 1, are of one stage; add two connectors or more"):
        alone(volumes("new", top=1))


def test_arms_that_are_missing_or_of_other_runs_are_refused():
    with pytest.raises(ValueError, match="volumes has no rows of no, only of new; name one of them"):
        benton2021_volume.check(volumes=volumes("new"), arms=[["new", "n"]], compared=[["new", "no", "d"]])
    with pytest.raises(ValueError, match="runs cannot be paired: later has 1, 2, 3, but others have 1, 2"):
        grown({}, {"runs": RUNS[:2]})
    with pytest.raises(ValueError, match=r"arms.0 is \['new'\]; it must be \[subspace, title\]"):
        benton2021_volume.check(volumes=volumes("new"), arms=[["new"]], compared=[["new", "new", "d"]])
    with pytest.raises(ValueError, match=r"compared.0 is \['new'\]; it must be \[earlier, later, what differs\]"):
        benton2021_volume.check(volumes=volumes("new"), arms=[["new", "n"]], compared=[["new"]])


def ensembles(subspace, errors, cost, runs=RUNS, apart=0.001):
    """errors: of ensembles of 1, 2, ... components, whose mean over two subsets is planted; nll is three times as much."""
    rows = [
        {"run": r, "split": s, "size": n, "subset": i, "epochs": cost * n, "error": own, "nll": 3 * own}
        for r in runs
        for n, error in enumerate(errors, 1)
        for i in (0, 1)
        for s in ("test", "val")
        for own in [error + apart * (SPREAD[r] - 1) + 0.01 * (2 * i - 1) if s == "test" else -9.0]
    ]
    return pd.DataFrame(rows).assign(subspace=subspace)


NETWORKS = ensembles("nets", [0.10, 0.08, 0.07, 0.065], 300)


def espro(errors, without, **options):
    simplexes = pd.concat([ensembles("two", errors, 400, apart=0.005), ensembles("two_0", without, 400, apart=0.006)])
    given = {
        "independent": NETWORKS,
        "simplexes": simplexes,
        "sizes": [1, 2],
        "budgets": [1, 2],
        "kinds": [["two", "2-simplex"]],
    }
    return benton2021_espro.check(**given | {"unpushed": [["two", "two_0", "2-simplex"]]} | options)


def test_simplexes_are_better_at_equal_components_and_at_equal_budget():
    rows = judged(espro([0.07, 0.06], [0.071, 0.061]))
    assert set(rows["verdict"]) == {"holds"}
    assert rows.loc["2-simplex at 1 component: error", "mean"] == pytest.approx(0.03)
    assert rows.loc["2-simplex at 2 components: nll", "mean"] == pytest.approx(0.06)
    at_400, at_800 = 0.10 - 0.02 / 3, 0.08 - 0.01 * 2 / 3
    assert rows.loc["2-simplex at the budget of 1 component: error", "mean"] == pytest.approx(at_400 - 0.07)
    assert rows.loc["2-simplex at the budget of 2 components: nll", "mean"] == pytest.approx(3 * (at_800 - 0.06))
    assert rows.loc["lambda does not matter: 2-simplex of 1", "mean"] == pytest.approx(0.001, abs=1e-4)


def test_more_components_are_no_better_than_as_many_passes():
    rows = judged(espro([0.095, 0.09], [0.05, 0.09]))
    assert rows.loc["2-simplex at 1 component: error", "verdict"] == "holds"
    assert rows.loc["2-simplex at the budget of 1 component: error", "verdict"] == "does not hold"
    assert rows.loc["2-simplex at 2 components: nll", "verdict"] == "does not hold"
    assert rows.loc["lambda does not matter: 2-simplex of 1", "verdict"] == "does not hold", "nor if it is better without"
    assert rows.loc["lambda does not matter: 2-simplex of 2", "verdict"] == "holds"


def test_published_differences_are_those_of_one_data_set():
    rows = judged(espro([0.07, 0.06], [0.07, 0.06], dataset="CIFAR-10"))["published"]
    assert rows["2-simplex at 1 component: error"] == f"{(6.95 - 6.60) / 100:.3g}"
    at_8333 = np.interp(8333, [6220, 12440], [6.95, 6.38])
    assert rows["2-simplex at the budget of 1 component: error"] == f"{(at_8333 - 6.60) / 100:.3g}"
    other = judged(espro([0.07, 0.06], [0.07, 0.06], dataset="CIFAR-100"))["published"]
    assert other["2-simplex at 1 component: error"] == f"{(28.21 - 26.22) / 100:.3g}"
    assert other["2-simplex at the budget of 1 component: error"] == "none printed", "no times are published of it"
    unknown = judged(espro([0.07, 0.06], [0.07, 0.06], dataset="CIFAR-10", kinds=[["two", "3-simplex"]]))["published"]
    assert set(unknown) == {"none printed"}


def test_budgets_are_not_extrapolated_and_groups_are_paired():
    with pytest.raises(ValueError, match="has budgets of 300 to 1200 passes, and simplexes cost 1600; measure larger"):
        espro([0.07] * 4, [0.07] * 4, budgets=[4])
    alone = judged(espro([0.06] * 4, [0.06] * 4, sizes=[4], budgets=[1], unpushed=[]))
    assert [name.rpartition(":")[0] for name in alone.index[::2]] == [
        "2-simplex at the budget of 1 component",
        "2-simplex at 4 components",
    ]
    with pytest.raises(ValueError, match="simplexes of two has no rows of size 3, only of 1, 2"):
        espro([0.07, 0.06], [0.07, 0.06], sizes=[3], budgets=[])
    with pytest.raises(ValueError, match="runs cannot be paired: 2-simplex has 1, 2, 3, but others have 1, 2"):
        espro([0.07, 0.06], [0.07, 0.06], independent=NETWORKS[NETWORKS["run"] != "3"])
    with pytest.raises(ValueError, match="simplexes has no rows of none, only of two, two_0"):
        espro([0.07, 0.06], [0.07, 0.06], unpushed=[["two", "none", "2-simplex"]])
    with pytest.raises(ValueError, match="independent has no rows of the split test"):
        espro([0.07, 0.06], [0.07, 0.06], independent=NETWORKS[NETWORKS["split"] == "val"])
    assert not [c for c in espro([0.07], [0.07], unpushed=[], sizes=[1], budgets=[1]) if "lambda" in c.name]


def pairs(subspace, inside, between, train, runs=RUNS):
    """Pairs of two sources: of one source `inside` on the test data and `train` on the other, of two sources `between`."""
    rows = []
    for run in runs:
        for same, split, value in ((1, "test", inside), (0, "test", between), (1, "train", train), (0, "train", -9.0)):
            own = {"run": run, "split": split, "same_source": bool(same)}
            rows += [own | {"disagreement": value * (SPREAD[run] if same else 1) + sign} for sign in (-0.01, 0.01)]
    return pd.DataFrame(rows).assign(subspace=subspace)


KINDS = [["draws", "2-simplex"]]
NETS = pairs("nets", -9.0, 0.10, -9.0)


def functions(*planted, **options):
    return judged(benton2021_diversity.check(draws=pairs("draws", *planted), independent=NETS, kinds=KINDS, **options))


def test_one_simplex_has_many_functions_but_fewer_than_independent_networks():
    good = functions(0.05, 9.0, 0.01)
    assert set(good["verdict"]) == {"holds"}
    assert good["mean"].tolist() == pytest.approx([0.4, 0.05])
    assert good.loc["other functions inside: 2-simplex", "bar"] == "above 0.1"
    bad = functions(0.12, 9.0, 0.115)
    assert set(bad["verdict"]) == {"does not hold"}
    assert bad["mean"].tolist() == pytest.approx([0.05, -0.02])


def test_draws_of_one_function_or_of_any_loss_are_no_other_functions():
    name = "other functions inside: 2-simplex"
    assert functions(0.0, 9.0, 0.0).loc[name, ["mean", "verdict"]].tolist() == [0, "does not hold"]
    for same in (0.02, 0.09):
        alike = functions(same, 9.0, same).loc[name]
        assert (alike["mean"], alike["verdict"]) == (pytest.approx(0), "does not hold"), "as often on the training data"
    assert functions(0.05, 9.0, 0.01, bar=0.5).loc[name, "verdict"] == "does not hold"


def test_draws_of_other_groups_or_of_one_split_are_refused():
    nets, draws = NETS, pairs("draws", 0.05, 9.0, 0.01)
    with pytest.raises(ValueError, match="runs cannot be paired: 2-simplex has 1, 2, but others have 1, 2, 3"):
        benton2021_diversity.check(draws=draws[draws["run"] != "3"], independent=nets, kinds=KINDS)
    with pytest.raises(ValueError, match="draws of 2-simplex has no rows of the split test"):
        benton2021_diversity.check(draws=draws[~draws["same_source"]], independent=nets, kinds=KINDS)
    with pytest.raises(ValueError, match="train rows of 2-simplex has none"):
        benton2021_diversity.check(draws=draws[draws["split"] == "test"], independent=nets, kinds=KINDS)


def shift(subspace, clean, severe, tempered=1.0, runs=RUNS, corruptions=("gaussian_noise",)):
    """Two ensembles of three components; of other sizes and splits, nonsense."""
    rows = []
    for run in runs:
        for severity, value in ((0, clean), (5, severe)):
            for corruption in corruptions if severity else ("none",):
                for size, subset, split in ((3, 0, "test"), (3, 1, "test"), (1, 0, "test"), (3, 0, "val")):
                    own = {"run": run, "corruption": corruption, "severity": severity, "size": size, "split": split}
                    error = value * SPREAD[run] + 0.01 * (2 * subset - 1) if (size, split) == (3, "test") else -9.0
                    rows.append(own | {"subset": subset, "error": error, "nll": 2 * error, "nll_tempered": tempered * error})
    return pd.DataFrame(rows).assign(subspace=subspace)


def noisy(own, other, **options):
    given = {"simplexes": own, "independent": other, "kinds": [["espro", "ESPRO"]], "size": 3}
    return judged(benton2021_shift.check(**given | options))


def test_simplexes_stay_ahead_at_each_severity_and_in_each_score():
    rows = noisy(shift("espro", 0.05, 0.4), shift("nets", 0.07, 0.3))
    for score, scale in (("error", 1), ("nll", 2), ("nll_tempered", 1)):
        assert rows.loc[f"ESPRO at severity 0: {score}", ["verdict", "mean"]].tolist() == pytest.approx(["holds", 0.02 * scale])
        assert rows.loc[f"ESPRO at severity 5: {score}", "verdict"] == "does not hold"
    tempered = noisy(shift("espro", 0.05, 0.2, tempered=3.0), shift("nets", 0.07, 0.3))
    assert tempered.filter(like="nll_tempered", axis=0)["verdict"].tolist() == 2 * ["does not hold"]
    assert tempered.loc["ESPRO at severity 5: nll", "verdict"] == "holds"


def test_shifts_of_other_data_sizes_or_groups_are_refused():
    own, other = shift("espro", 0.05, 0.4), shift("nets", 0.07, 0.3)
    more = shift("nets", 0.07, 0.3, corruptions=("gaussian_noise", "fog"))
    with pytest.raises(ValueError, match="ESPRO and independent are not both of fog at severity 5; measure both on it"):
        noisy(own, more)
    with pytest.raises(ValueError, match="independent of nets has no rows of size 2, only of 3, 1"):
        noisy(own, other, size=2)
    with pytest.raises(ValueError, match="runs cannot be paired: ESPRO has 1, 2, 3, but others have 1, 2"):
        noisy(own, other[other["run"] != "3"])
    with pytest.raises(ValueError, match="simplexes has no rows of no, only of espro"):
        noisy(own, other, kinds=[["no", "n"]])
