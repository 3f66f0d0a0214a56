"""The claims of Fort et al. 2019 on planted tables: each holds, does not hold, stays undecided; odd runs are refused."""

from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from conftest import unprinted

from lossland.papers.fort2019.claims import ensembles as fort2019_ensembles
from lossland.papers.fort2019.claims import forks as fort2019_forks
from lossland.papers.fort2019.claims import functions as fort2019_functions
from lossland.papers.fort2019.claims import randomness as fort2019_randomness
from lossland.papers.fort2019.claims import shift as fort2019_shift
from lossland.papers.fort2019.claims import subspaces as fort2019_subspaces
from lossland.papers.fort2019.claims import tunnel as fort2019_tunnel
from lossland.papers.fort2019.claims import weights as fort2019_weights
from lossland.statistics import diversity_limits as limits

RUNS = ("1", "2", "3")
SPREAD = np.array([0.9, 1.0, 1.1])
KINDS = [["random", "random directions"], ["gauss", "Gaussian"]]


def _and_train(table):
    """With rows of another split that say something else."""
    return pd.concat([table, table.assign(split="train", **dict.fromkeys(table.select_dtypes("float"), -9.0))])


def _pool(column, value, k=6, **other):
    """Pairs of k independent runs: those of 0 and 1, 2 and 3, ... hold about `value`, all others nonsense."""
    rows = pd.DataFrame(
        [{"first": i, "second": j, "source_first": i, "source_second": j} for i, j in combinations(range(k), 2)]
    )
    own = (rows["first"] % 2 == 0) & (rows["second"] == rows["first"] + 1)
    return rows.assign(subspace="pool", run="", **other, **{column: np.where(own, value + 1e-3 * rows["first"], -9.0)})


def _trajectories(column, value, runs=range(1, 7), early=-9.0, epochs=(0, 1, 5, 10, 20), **other):
    """Snapshots of trainings: against the end about `value` from epoch 5 on and `early` before, among others nonsense."""
    rows = []
    for number in runs:
        for (i, a), (j, b) in combinations(enumerate(epochs), 2):
            ended = b == epochs[-1]
            found = (value + 1e-4 * number + (1e-2 if a == 10 else 0)) if ended and a >= 5 else early if ended else -9.0
            rows.append({"run": str(number), "first": i, "second": j, "epoch_first": a, "epoch_second": b, column: found})
    return pd.DataFrame(rows).assign(subspace="cnn", source_first=0, source_second=0, **other)


def _weights(between, inside, after=5, **options):
    groups = ("all", "weights")
    apart = [_pool("cosine", between if g == "weights" else 0.5, group=g) for g in groups]
    own = [_trajectories("cosine", inside if g == "weights" else 0.2, group=g) for g in groups]
    return fort2019_weights.check(between=pd.concat(apart), inside=pd.concat(own), after=after, **options)


def test_independent_runs_are_orthogonal_in_the_group_that_is_named():
    good = unprinted(_weights(-0.02, 0.7))
    assert set(good["verdict"]) == {"holds"}
    assert good["n"].tolist() == [3, 3], "three disjoint pairs of six runs"
    assert good["mean"].iloc[0] == pytest.approx(0.02 - 2e-3), "a cosine counts by its size"
    assert good["mean"].iloc[1] == pytest.approx(0.7 + 3.5e-4 + 0.02 - 2e-3), "from the first point past `after`"
    other = unprinted(_weights(-0.02, 0.7, group="all"))
    assert set(other["verdict"]) == {"does not hold"}
    opposed = unprinted(_weights(-0.5, -0.8))
    assert set(opposed["verdict"]) == {"does not hold"}, "opposite networks are not orthogonal"


def test_runs_are_compared_in_the_order_of_their_numbers():
    """As text, run 10 comes before run 2; each pair must meet its own runs."""
    own = _trajectories("cosine", 0.0, runs=range(1, 11), group="weights")
    own["cosine"] = np.where(own["cosine"] > -1, own["run"].astype(float), -9.0)
    apart = _pool("cosine", 0.0, k=10, group="weights")
    (_, near) = fort2019_weights.check(between=apart, inside=own, after=5)
    assert near.values == pytest.approx([1.5 - 0.0, 3.5 - 2e-3, 5.5 - 4e-3, 7.5 - 6e-3, 9.5 - 8e-3])
    first = fort2019_weights.check(between=apart, inside=own[own["run"].isin(["1", "2", "3"])], after=5)
    assert first[1].values == pytest.approx([1.5, 3 - 2e-3]), "a run without its neighbour stands for the pair"


def test_what_is_no_pool_or_no_trajectory_is_refused():
    with pytest.raises(ValueError, match="compared in pairs; name a table of one pool"):
        _weights(0, 0.7, group="no norms")
    pool, own = _pool("cosine", 0, group="weights"), _trajectories("cosine", 0.7, group="weights")
    for odd in (pd.concat([pool, pool.assign(subspace="other")]), own):
        with pytest.raises(ValueError, match="compared in pairs; name a table of one pool"):
            fort2019_weights.check(between=odd, inside=own, after=5)
    with pytest.raises(ValueError, match=r"cnn/1, cnn/2, .* has no point from epoch 11 on beside its last"):
        fort2019_weights.check(between=pool, inside=own, after=11)
    with pytest.raises(ValueError, match="pool has no point from epoch 0 on"):
        fort2019_weights.check(between=pool, inside=pool.assign(epoch_first=np.nan), after=0)
    with pytest.raises(ValueError, match="an empty table has no point"):
        fort2019_weights.check(between=pool, inside=own[:0], after=5)


def _tsne(predictions, mapped, samples=None):
    """Three runs of four points each, and `samples` around them; silhouettes differ from point to point and run to run."""
    parts = []
    for within, values in enumerate([(predictions, mapped), *([samples] if samples else [])]):
        for source in range(3):
            noise = np.linspace(-0.1, 0.1, 4) + 0.01 * source
            own = {"silhouette_predictions": values[0] + noise, "silhouette": values[1] + noise}
            parts.append(pd.DataFrame(own | {"source": source, "within": within, "epoch": range(4)}))
    return pd.concat(parts).assign(subspace="runs", run="", split="test").pipe(_and_train)


@pytest.mark.parametrize(
    ("between", "inside", "tsne", "verdicts"),
    [
        (0.3, 0.05, _tsne(0.4, 0.6), ["holds", "holds", "holds"]),
        (0.3, 0.2, _tsne(-0.2, 0.6), ["does not hold", "does not hold", "holds"]),
        (0.3, 0.0, _tsne(0.4, 0.6, (0.3, -0.3)), ["holds", "holds", "holds", "holds", "does not hold"]),
    ],
)
def test_runs_are_functions_of_their_own(between, inside, tsne, verdicts):
    own = _and_train(_trajectories("disagreement", inside, early=0.9, split="test"))
    pool = _and_train(_pool("disagreement", between, split="test"))
    rows = unprinted(fort2019_functions.check(between=pool, inside=own, tsne=tsne, after=5))
    assert rows["verdict"].tolist() == verdicts
    assert rows["mean"].iloc[0] == pytest.approx(between + 2e-3 - 2 * (inside + 3.5e-4 + 5e-3))
    assert rows["mean"].iloc[1] == pytest.approx(0.01 + (0.4 if verdicts[1] == "holds" else -0.2))
    with_first_epochs = fort2019_functions.check(between=pool, inside=own, tsne=tsne, after=0)
    assert unprinted(with_first_epochs)["verdict"].iloc[0] == "does not hold"


def _diversity(subspace, position, accuracy, runs=RUNS, reference=0.7, lift=0.0):
    """Samples on the straight line between the limit curves; `position` is 0 on the lower one."""
    rows = pd.DataFrame(
        [
            {"run": r, "index": i, "error": 1 - a, "f": f}
            for r, f in zip(runs, SPREAD, strict=False)
            for i, a in enumerate(accuracy)
        ]
    )
    low, high = (limit(1 - rows["error"], reference, 10) for limit in (limits.perturbed, limits.independent))
    d = low + (position * rows["f"] * (high - low)) + lift
    names = {"subspace": subspace, "split": "test", "classes": 10, "reference_error": 1 - reference}
    return _and_train(rows.assign(**names, disagreement=d, diversity=d / rows["error"]))


def _plane(random, gauss, independent, accuracy=(0.3, 0.5, 0.65)):
    samples = pd.concat([_diversity("random", random, accuracy), _diversity("gauss", gauss, accuracy)])
    return samples, _diversity("pools", independent, [0.69, 0.7, 0.71])


def test_subspaces_lie_below_the_limit_and_runs_far_above():
    samples, runs = _plane(-0.1, -0.2, 0.9)
    good = unprinted(fort2019_subspaces.check(samples=samples, independent=runs, kinds=KINDS))
    assert set(good["verdict"]) == {"holds"}
    assert good["mean"].iloc[0] == pytest.approx(0.9)
    assert good.filter(like="lie above", axis=0)["mean"].tolist() == pytest.approx([1.0, 1.1])
    samples, runs = _plane(0.1, 0.6, 0.3)
    bad = unprinted(fort2019_subspaces.check(samples=samples, independent=runs, kinds=KINDS))
    assert bad["verdict"].tolist() == ["does not hold", "does not hold", "holds", "does not hold", "does not hold"]


def test_the_excess_is_read_in_the_plane_of_figure_5():
    """On the limit curve but for 0.02 of disagreement: above it by 0.02 / (1 - a), on average over samples."""
    accuracy = np.array([0.3, 0.5])
    lifted = _diversity("random", 0, accuracy, lift=0.02)
    checked = fort2019_subspaces.check(samples=lifted, independent=_diversity("pools", 1, [0.7]), kinds=KINDS[:1])
    assert checked[1].values == pytest.approx(3 * [(0.02 / (1 - accuracy)).mean()])
    perfect = lifted.assign(error=0.0, diversity=np.nan)[lifted["index"] == 0]
    with_it = fort2019_subspaces.check(
        samples=pd.concat([lifted, perfect]), independent=_diversity("pools", 1, [0.7]), kinds=KINDS[:1]
    )
    assert with_it[1].values == pytest.approx(checked[1].values), "a sample without errors has no diversity"


def test_subspaces_of_other_runs_are_refused():
    samples, runs = _plane(-0.1, -0.2, 0.9)
    with pytest.raises(ValueError, match=r"runs cannot be paired: random directions has 1, 2, 3, but others have 1, 2$"):
        fort2019_subspaces.check(samples=samples, independent=runs[runs["run"] != "3"], kinds=KINDS)
    with pytest.raises(ValueError, match="unknown has none"):
        fort2019_subspaces.check(samples=samples, independent=runs, kinds=[["no", "unknown"]])
    with pytest.raises(ValueError, match="independent has 1, 1, 2, 2, 3, 3"):
        fort2019_subspaces.check(samples=samples, independent=pd.concat([runs, runs.assign(subspace="more")]), kinds=KINDS)
    with pytest.raises(ValueError, match=r"kinds.0 is \['random'\]; it must be \[subspace, name\]"):
        fort2019_subspaces.check(samples=samples, independent=runs, kinds=[["random"]])


def _ensembles(subspace, single, together, size=3, runs=RUNS, spread=SPREAD, members="0 1 2"):
    """Two ensembles of each size for each group, whose mean is what was planted; sizes that no claim is about hold nonsense."""
    planted = {1: single, size: together, size + 1: -9.0}
    rows = [
        {"run": r, "size": s, "subset": i, "value": value * (f if value > 0 else 1) + 0.01 * (2 * i - 1)}
        for r, f in zip(runs, spread, strict=True)
        for s, value in planted.items()
        for i in (0, 1)
    ]
    rows = pd.DataFrame(rows).assign(subspace=subspace, split="test", members=members)
    return _and_train(rows.assign(error=rows["value"], brier=2 * rows["value"], nll=3 * rows["value"]))


def _gains(single, subspace, independent, both, /, **options):
    tables = {
        "samples": _ensembles("random", -9.0, subspace),
        "both": _ensembles("random", -9.0, both, members="0 1 2 3"),
    }
    tables["independent"] = _ensembles("pools", single, independent)
    return fort2019_ensembles.check(**tables | options, size=3)


@pytest.mark.parametrize(
    ("planted", "verdicts"),
    [
        ((0.5, 0.4, 0.3, 0.2), ["holds", "holds", "holds"]),
        ((0.5, 0.3, 0.4, 0.35), ["holds", "does not hold", "does not hold"]),
        ((0.5, 0.4, 0.3, 0.35), ["holds", "holds", "does not hold"]),
        ((0.3, 0.3, 0.4, 0.2), ["does not hold", "does not hold", "holds"]),
    ],
)
def test_runs_gain_more_than_subspaces_and_both_most(planted, verdicts):
    rows = unprinted(_gains(*planted))
    single, subspace, independent, both = planted
    gains = [single - independent, subspace - independent, min(subspace, independent) - both]
    for name, verdict, gain in zip(("an ensemble gains", "runs gain more", "both gain most"), verdicts, gains, strict=True):
        part = rows.filter(like=name, axis=0)
        assert set(part["verdict"]) == {verdict}, name
        assert part["mean"].tolist() == pytest.approx([gain, 2 * gain, 3 * gain])


def test_both_are_subspaces_not_networks():
    with pytest.raises(ValueError, match="both, of random, has ensembles of 3 with 3 networks; measure it `by: source`"):
        _gains(0.5, 0.4, 0.3, 0.2, both=_ensembles("random", -9.0, 0.2))


def test_ensembles_of_other_runs_or_sizes_are_refused():
    two = _ensembles("pools", 0.5, 0.3, runs=RUNS[:2], spread=SPREAD[:2])
    with pytest.raises(ValueError, match=r"runs cannot be paired: samples of random has 1, 2, 3, but others have 1, 2$"):
        _gains(0.5, 0.4, 0.3, 0.2, independent=two)
    with pytest.raises(ValueError, match="no rows of size 3 in random, only of 1, 5, 6"):
        _gains(0.5, 0.4, 0.3, 0.2, samples=_ensembles("random", 0.5, 0.3, size=5))
    with pytest.raises(ValueError, match="no rows of subspace random in another"):
        _gains(0.5, 0.4, 0.3, 0.2, both=_ensembles("another", 0.5, 0.3))


def _shift(subspace, clean, severe, js, runs=RUNS):
    """Ensembles of three networks under two corruptions, of two under nonsense; at severity 0 there is none."""
    rows = []
    for r, f in zip(runs, SPREAD, strict=False):
        for severity, corruptions in ((0, ["none"]), (1, ["fog", "snow"]), (5, ["fog", "snow"])):
            for i, corruption in enumerate(corruptions):
                error = f * (severe + (0.1 if len(corruptions) > 1 else 0) * (2 * i - 1) if severity else clean)
                own = {"corruption": corruption, "severity": severity, "members": "0 1 2", "size": 3, "subset": 0}
                rows.append(own | {"run": r, "error": error, "brier": 2 * error, "js": f * js * (severity or -99)})
    table = _and_train(pd.DataFrame(rows).assign(subspace=subspace, split="test"))
    return pd.concat([table, table.assign(members="0 1", size=2, error=-9.0, brier=-9.0, js=-9.0)])


def _outside(subspace, js, runs=RUNS):
    rows = pd.DataFrame({"run": runs, "members": "0 1 2", "size": 3, "subset": 0, "js": js * SPREAD[: len(runs)]})
    rows = rows.assign(subspace=subspace, entropy=1.0, confidence=0.5)
    return pd.concat([rows, rows.assign(members="0 1", size=2, js=-9.0)])


def _shifted(runs, random, outside=(0.4, 0.1), size=3, **options):
    """(clean error, error at severity 5, js) of independent networks and of samples."""
    tables = {"subspace": _shift("random", *random), "independent": _shift("pools", *runs)}
    tables |= {"subspace_outside": _outside("random", outside[1]), "independent_outside": _outside("pools", outside[0])}
    return fort2019_shift.check(**tables | options, size=size, kinds=KINDS[:1])


@pytest.mark.parametrize(
    ("runs", "random", "outside", "verdicts"),
    [
        ((0.2, 0.4, 0.3), (0.25, 0.6, 0.1), (0.4, 0.1), ["holds", "holds", "holds", "holds"]),
        ((0.2, 0.4, 0.1), (0.25, 0.42, 0.3), (0.4, 0.1), ["does not hold", "does not hold", "does not hold", "holds"]),
        ((0.2, 0.4, 0.3), (0.25, 0.6, 0.1), (0.1, 0.4), ["holds", "holds", "holds", "does not hold"]),
    ],
)
def test_the_gap_grows_with_severity(runs, random, outside, verdicts):
    rows = unprinted(_shifted(runs, random, outside))
    assert rows["verdict"].tolist() == verdicts
    growth = (random[1] - runs[1]) - (random[0] - runs[0])
    assert rows["mean"].tolist() == pytest.approx([growth, 2 * growth, 3 * (runs[2] - random[2]), outside[0] - outside[1]])


def test_other_corruptions_sizes_or_runs_are_refused():
    own, other = (0.2, 0.4, 0.3), (0.25, 0.6, 0.1)
    table = _shift("random", *other)
    with pytest.raises(ValueError, match="random and independent are not both of fog at severity 1"):
        _shifted(own, other, subspace=table[table["corruption"] != "fog"])
    low = {"subspace": table[table["severity"] < 5], "independent": (runs := _shift("pools", *own))[runs["severity"] < 5]}
    with pytest.raises(ValueError, match="random has no severity 5"):
        _shifted(own, other, **low)
    with pytest.raises(ValueError, match="independent has no ensembles of 4 networks"):
        _shifted(own, other, size=4)
    by_source = table.assign(size=1)
    assert unprinted(_shifted(own, other, subspace=by_source))["n"].tolist() == 4 * [3], "networks are counted, not sources"
    with pytest.raises(ValueError, match="runs cannot be paired: random directions has 1, 2, but"):
        _shifted(own, other, subspace_outside=_outside("random", 0.1, runs=RUNS[:2]))


def _path(subspace, highest, apart, power=1, runs=RUNS, split=("train", "test")):
    """A path whose train nll rises from 0.1 and 0.2 to `highest`; its middle disagrees on `apart` of what the ends do."""
    t = np.linspace(0, 1, 5)
    rows = []
    for run, f in zip(runs, SPREAD, strict=False):
        ends = 0.4 * f
        away = {
            0: np.interp(t, [0, 0.5, 1], [0, apart * f * ends, ends]),
            1: np.interp(t, [0, 0.5, 1], [ends, (0.8 + f / 10) * ends, 0]),
        }
        nll = np.interp(t, [0, 0.5, 1], [0.1, 0.2 + (highest - 0.2) * f**power, 0.2])
        for s in split:
            for reference, d in away.items():
                values = (nll, d) if s == "train" else (9 - nll, d)
                own = {"split": s, "index": range(5), "reference": reference, "u0": t, "run": run}
                rows.append(pd.DataFrame(own | {"nll": values[0], "disagreement": values[1] if s == "test" else 9 * t}))
    return pd.concat(rows).assign(subspace=subspace)[::-1]


def test_equal_loss_is_no_equal_function():
    segment = _path("segment", 2.2, 0.5)
    good = unprinted(fort2019_tunnel.check(segment=segment, tunnel=_path("tunnel", 0.3, 0.8, power=2)))
    assert set(good["verdict"]) == {"holds"}
    assert good["mean"].tolist() == pytest.approx([0.05, 0.8])
    bad = unprinted(fort2019_tunnel.check(segment=segment, tunnel=_path("tunnel", 1.2, 0.1, power=2)))
    assert set(bad["verdict"]) == {"does not hold"}
    flat = unprinted(fort2019_tunnel.check(segment=_path("segment", 0.2, 0.5), tunnel=_path("tunnel", 0.2, 0.8)))
    assert flat["verdict"].iloc[0] == "does not hold", "without a barrier there is nothing to go around"
    far = unprinted(fort2019_tunnel.check(segment=segment, tunnel=_path("tunnel", 0.3, 2.0, power=2)))
    assert far["mean"].iloc[1] == pytest.approx(0.9), "the lesser of both ends counts"


def test_tunnels_of_other_pairs_or_splits_are_refused():
    segment, tunnel = _path("segment", 2.2, 0.5), _path("tunnel", 0.3, 0.8)
    with pytest.raises(ValueError, match="runs cannot be paired: tunnel has 1, 2, but others have 1, 2, 3"):
        fort2019_tunnel.check(segment=segment, tunnel=tunnel[tunnel["run"] != "3"])
    with pytest.raises(ValueError, match="runs cannot be paired: tunnel has 1, 1, 2, 2, 3, 3"):
        fort2019_tunnel.check(segment=segment, tunnel=pd.concat([tunnel, segment]))
    with pytest.raises(ValueError, match="runs cannot be paired: tunnel has none"):
        fort2019_tunnel.check(segment=segment, tunnel=tunnel[tunnel["split"] == "test"])
    with pytest.raises(ValueError, match="test rows of the tunnel has none"):
        fort2019_tunnel.check(segment=segment, tunnel=tunnel[tunnel["split"] == "train"])


def _kind(disagreement, runs=RUNS, spread=(0.9, 1.0, 1.1)):
    """Pools of three trainings each; what a pool holds is the mean over its pairs."""
    rows = [
        {"run": r, "first": i, "second": j, "disagreement": f * disagreement * (1 + 0.1 * (i + j - 2))}
        for r, f in zip(runs, spread, strict=False)
        for i, j in combinations(range(3), 2)
    ]
    return _and_train(pd.DataFrame(rows).assign(subspace="s", split="test"))


@pytest.mark.parametrize(
    ("again", "order", "init", "verdicts"),
    [
        (0.0, 0.2, 0.25, ["holds", "holds", "holds", "holds"]),
        (0.05, 0.1, 0.25, ["does not hold", "holds", "holds", "holds"]),
        (0.22, 0.2, 0.19, ["holds", "does not hold", "does not hold", "holds"]),
    ],
)
def test_the_order_of_the_data_is_enough(again, order, init, verdicts):
    tables = {
        "again": _kind(again),
        "same_init": _kind(order),
        "same_order": _kind(init),
        "different": _kind(0.3, spread=(0.95, 1.0, 1.05)),
    }
    rows = unprinted(fort2019_randomness.check(**tables))
    assert rows["verdict"].tolist() == verdicts
    expected = [order / 0.3 * np.mean([0.9 / 0.95, 1.0, 1.1 / 1.05]), *(d - again for d in (order, init, 0.3))]
    assert rows["mean"].tolist() == pytest.approx(expected)
    with pytest.raises(ValueError, match="runs cannot be paired: same_order has 1, 2, but others have 1, 2, 3"):
        fort2019_randomness.check(**tables | {"same_order": _kind(0.2, RUNS[:2])})


def _functions(**tables):
    own = {"between": _pool("disagreement", 0.3, split="test"), "inside": _trajectories("disagreement", 0.1, split="test")}
    return fort2019_functions.check(**own | {"tsne": _tsne(0.4, 0.6)} | tables, after=5)


def _subspaces(**tables):
    own = dict(zip(("samples", "independent"), _plane(0, 0, 1), strict=True))
    return fort2019_subspaces.check(**own | tables, kinds=KINDS)


def _randomness(**tables):
    own = {kind: _kind(0.2) for kind in ("again", "same_init", "same_order", "different")}
    return fort2019_randomness.check(**own | tables)


@pytest.mark.parametrize(
    ("check", "roles"),
    [
        (_functions, ("between", "inside", "tsne")),
        (_subspaces, ("samples", "independent")),
        (partial(_shifted, (0.2, 0.4, 0.3), (0.25, 0.6, 0.1)), ("independent", "subspace")),
        (_randomness, ("again", "same_init", "same_order", "different")),
    ],
)
def test_tables_of_another_split_alone_are_refused(check, roles):
    assert check()
    for role in roles:
        with pytest.raises(ValueError, match=f"^{role} has no rows of the split test; measure that split$"):
            check(**{role: pd.DataFrame({"split": ["train"]})})
    for role in ("independent", "samples", "both"):
        train = _ensembles("random", 0.5, 0.3, members="0 1 2 3").query("split == 'train'")
        with pytest.raises(ValueError, match="no rows of split test in random, only of train"):
            _gains(0.5, 0.4, 0.3, 0.2, **{role: train})


def _forks(*instability):
    """Segments between forks, the shape of their test error; other splits and quantities hold nonsense."""
    parts = [
        pd.DataFrame({"run": RUNS, "instability": np.array(value) * SPREAD}).assign(subspace=f"line_{i}")
        for i, value in enumerate(instability)
    ]
    rows = pd.concat(parts).assign(split="test", quantity="error")
    return pd.concat([rows, *(rows.assign(instability=-9.0, **odd) for odd in ({"split": "train"}, {"quantity": "nll"}))])


EPOCHS = [["line_1", 8], ["line_0", 0], ["line_2", 2.5]]


@pytest.mark.parametrize(
    ("instability", "verdicts"),
    [
        ((0.4, 0.005, 0.2), ["holds", "holds"]),
        ((0.4, 0.1, 0.0), ["holds", "does not hold"]),
        ((0.001, 0.01, 0.5), ["does not hold", "holds"]),
        ((0.4, [0.0, 0.0, 0.045], 0.2), ["holds", "undecided"]),
    ],
)
def test_late_forks_are_connected(instability, verdicts):
    rows = unprinted(fort2019_forks.check(forks=_forks(*instability), epochs=EPOCHS))
    assert rows["statement"].iloc[1] == "Forks at epoch 8 have an instability below 2 % of test error."
    assert rows["verdict"].tolist() == verdicts
    late = np.mean(np.array(instability[1]) * SPREAD)
    assert rows["mean"].tolist() == pytest.approx([instability[0] - late, late])


@pytest.mark.parametrize("epochs", [[["line_0", 0]], [["line_0", 0], ["line_1", 0]], [[0, "line_0"], [8, "line_1"]]])
def test_forks_are_of_two_epochs_at_least(epochs):
    with pytest.raises(ValueError, match=r"list \[subspace, epoch\] of two epochs at least, each once"):
        fort2019_forks.check(forks=_forks(0.4, 0.1), epochs=epochs)
    with pytest.raises(ValueError, match="runs cannot be paired: line_9 has none"):
        fort2019_forks.check(forks=_forks(0.4, 0.1), epochs=[["line_0", 0], ["line_9", 8]])
