"""The claims of Fort et al. 2019 on planted tables: each holds where it is true, does not where it is false; odd runs are refused."""

import numpy as np
import pandas as pd
import pytest
from conftest import unprinted
from planted import planted

from lossland.papers.fort2019.claims import ensembles, forks, functions, outside, randomness, shift, subspaces, tunnel, weights
from lossland.statistics import diversity_limits as limits

EPOCHS = (0, 1, 5, 10, 20)
ASKED = {"cosine": {"group": ["weights", "all"]}, "disagreement": {"split": ["test", "train"]}}


def pairs(probe, value, n, **names):
    """Pairs of n networks: `value`(row), and 0.5 in the group or the split that no claim is about."""
    (which,) = ASKED[probe]
    asked = {probe: lambda row: value(row) if getattr(row, which) in ("weights", "test") else 0.5}
    rows = planted(probe, first=range(n), second=range(n), **ASKED[probe], **names, **asked)
    return rows[rows["first"] < rows["second"]]


def pool(probe, value, k=6, label="pool"):
    """Independent runs: those of 0 and 1, 2 and 3, ... hold about `value`, all others nonsense."""
    own = {"labels": [label], "runs": [""], "source_first": lambda row: row.first, "source_second": lambda row: row.second}
    return pairs(probe, lambda r: value + 1e-3 * r.first if r.first % 2 == 0 and r.second == r.first + 1 else -9.0, k, **own)


def trajectories(probe, value, runs=6, early=-9.0):
    """Snapshots against the end of their training: about `value` from epoch 5 on and `early` before, among others nonsense."""

    def against(row):
        at, end = EPOCHS[row.first], row.second == len(EPOCHS) - 1
        return value + 1e-4 * row.run + 1e-2 * (at == 10) if end and at >= 5 else early if end else -9.0

    epochs = {"epoch_first": lambda row: EPOCHS[row.first], "epoch_second": lambda row: EPOCHS[row.second]}
    return pairs(probe, against, len(EPOCHS), labels=["cnn"], runs=runs, **epochs)


def orthogonal(between, inside, **options):
    return weights.check(between=pool("cosine", between), inside=trajectories("cosine", inside), **{"after": 5} | options)


def test_independent_runs_are_orthogonal_in_the_group_that_is_named():
    good = unprinted(orthogonal(-0.02, 0.7))
    assert set(good["verdict"]) == {"holds"}
    assert good["n"].tolist() == [3, 3], "three disjoint pairs of six runs"
    assert good["effect"].iloc[0] == pytest.approx(0.02 - 2e-3), "a cosine counts by its size"
    assert good["effect"].iloc[1] == pytest.approx(0.7 + 3.5e-4 + 0.02 - 2e-3), "from the first point past `after`"
    for bad, own in ((orthogonal(-0.02, 0.7, group="all"), "undecided"), (orthogonal(-0.5, -0.8), "contradicted")):
        assert unprinted(bad)["verdict"].tolist() == ["contradicted", own]


def test_runs_are_compared_in_the_order_of_their_numbers():
    """As text, run 10 comes before run 2; each pair must meet its own runs."""
    own = trajectories("cosine", 0.0, runs=10)
    own["cosine"] = np.where(own["cosine"] > -1, own["run"].astype(float), -9.0)
    (_, near) = weights.check(between=pool("cosine", 0.0, k=10), inside=own, after=5)
    assert list(near.values) == pytest.approx([1.5 - 0.0, 3.5 - 2e-3, 5.5 - 4e-3, 7.5 - 6e-3, 9.5 - 8e-3])
    first = weights.check(between=pool("cosine", 0.0, k=10), inside=own[own["run"].isin(["1", "2", "3"])], after=5)
    assert list(first[1].values) == pytest.approx([1.5, 3 - 2e-3]), "a run without its neighbour stands for the pair"


def test_what_is_no_pool_or_no_trajectory_is_refused():
    own = trajectories("cosine", 0.7)
    for odd in (pd.concat([pool("cosine", 0), pool("cosine", 0, label="other")]), own):
        with pytest.raises(ValueError, match="compared in pairs; name a table of one pool"):
            weights.check(between=odd, inside=own, after=5)
    with pytest.raises(ValueError, match=r"cnn/1, cnn/2, .* has no point from epoch 11 on beside its last"):
        orthogonal(0, 0.7, after=11)


def maps(predictions, mapped, samples=None):
    """Silhouettes of three runs of four points each, and of `samples` around them."""
    levels = [(predictions, mapped), *([samples] if samples else [])]
    silhouettes = {
        name: lambda row, i=i: levels[row.within][i] + 0.05 * (row.index - 1.5) + 0.01 * row.source
        for i, name in enumerate(("silhouette_predictions", "silhouette"))
    }
    return planted("tsne", runs=[""], source=range(3), within=range(len(levels)), index=range(4), split="val", **silhouettes)


@pytest.mark.parametrize(
    ("between", "inside", "tsne", "verdicts"),
    [
        (0.3, 0.05, maps(0.4, 0.6), ["holds", "holds", "holds"]),
        (0.3, 0.2, maps(-0.2, 0.6), ["contradicted", "contradicted", "holds"]),
        (0.3, 0.0, maps(0.4, 0.6, (0.3, -0.3)), ["holds", "holds", "holds", "holds", "contradicted"]),
    ],
)
def test_runs_are_functions_of_their_own(between, inside, tsne, verdicts):
    tables = {"between": pool("disagreement", between), "inside": trajectories("disagreement", inside, early=0.9), "tsne": tsne}
    rows = unprinted(functions.check(**tables, after=5))
    assert rows["verdict"].tolist() == verdicts
    assert rows["effect"].iloc[0] == pytest.approx(between + 2e-3 - 2 * (inside + 3.5e-4 + 5e-3))
    assert rows["effect"].iloc[1] == pytest.approx(0.01 + (0.4 if verdicts[1] == "holds" else -0.2))
    assert unprinted(functions.check(**tables, after=0))["verdict"].iloc[0] == "contradicted", "the first epochs are apart"


def spread(row):
    return 0.8 + 0.1 * row.run  # 0.9, 1.0, 1.1: of mean 1


def plane(accuracy, lift=0.0, **positions):
    """Networks between the limit curves of a reference of accuracy 0.7: each label at its position, 0 on the lower curve."""

    def disagreement(row):
        low, high = (float(limit(1 - row.error, 0.7, 10)) for limit in (limits.perturbed, limits.independent))
        return low + positions[row.label] * spread(row) * (high - low) + lift

    rows = planted("diversity", labels=list(positions), error=[1 - a for a in accuracy], classes=10, reference_error=0.3,
                   split=["test", "train"], disagreement=disagreement)  # fmt: skip
    rows["diversity"] = rows["disagreement"] / rows["error"]
    return rows.assign(disagreement=rows["disagreement"].where(rows["split"] == "test", -9.0))


def test_subspaces_lie_below_the_limit_and_runs_far_above():
    samples, near = (0.3, 0.5, 0.65), (0.69, 0.7, 0.71)
    good = unprinted(subspaces.check(samples=plane(samples, random=-0.1, gauss=-0.2), independent=plane(near, pool=0.9)))
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].iloc[0] == pytest.approx(0.9)
    assert good.filter(like="lie above", axis=0)["effect"].tolist() == pytest.approx([1.0, 1.1])
    bad = unprinted(subspaces.check(samples=plane(samples, random=0.1, gauss=0.6), independent=plane(near, pool=0.3)))
    assert bad["verdict"].tolist() == ["contradicted", "contradicted", "holds", "contradicted", "contradicted"]
    runs = plane(near, pool=0.9)
    with pytest.raises(ValueError, match=r"runs cannot be paired: random has 1, 2, 3, but others have 1, 2$"):
        subspaces.check(samples=plane(samples, random=0), independent=runs[runs["run"] != "3"])


def test_the_excess_is_read_in_the_plane_of_figure_5():
    """On the limit curve but for 0.02 of disagreement: above it by 0.02 / (1 - a), on average over samples that err."""
    accuracy = np.array([0.3, 0.5])
    lifted, independent = plane(accuracy, lift=0.02, random=0), plane([0.7], pool=1)
    perfect = lifted.assign(error=0.0, diversity=np.nan)[lifted["index"] == 0]
    for samples in (lifted, pd.concat([lifted, perfect])):
        checked = subspaces.check(samples=samples, independent=independent)
        assert list(checked[1].values) == pytest.approx(3 * [(0.02 / (1 - accuracy)).mean()])


def scores(label, single, together, members="0 1 2 3"):
    """Two ensembles of each size for each group, whose mean is what was planted; sizes that no claim is about hold nonsense."""

    def error(row):
        value = {1: single, 3: together}.get(row.size, -9.0) if row.split == "test" else -9.0
        return value * (spread(row) if value > 0 else 1) + 0.01 * (2 * row.subset - 1)

    rows = planted(
        "ensemble", labels=[label], size=[1, 2, 3], subset=[0, 1], split=["test", "train"], members=members, error=error
    )
    return rows.assign(brier=2 * rows["error"], nll=3 * rows["error"])


def gains(single, samples, independent, both, /, **tables):
    planted_ones = {"samples": scores("random", -9.0, samples), "both": scores("random", -9.0, both)}
    return ensembles.check(**planted_ones | {"independent": scores("pools", single, independent)} | tables, size=3)


@pytest.mark.parametrize(
    ("values", "verdicts"),
    [
        ((0.5, 0.4, 0.3, 0.2), ["holds", "holds", "holds"]),
        ((0.5, 0.3, 0.4, 0.35), ["holds", "contradicted", "contradicted"]),
        ((0.3, 0.3, 0.4, 0.2), ["contradicted", "contradicted", "holds"]),
    ],
)
def test_runs_gain_more_than_subspaces_and_both_most(values, verdicts):
    rows, (single, samples, independent, both) = unprinted(gains(*values)), values
    expected = [single - independent, samples - independent, min(samples, independent) - both]
    for name, verdict, gain in zip(("an ensemble gains", "runs gain more", "both gain most"), verdicts, expected, strict=True):
        part = rows.filter(like=name, axis=0)
        assert set(part["verdict"]) == {verdict}, name
        assert part["effect"].tolist() == pytest.approx([gain, 2 * gain, 3 * gain])


def test_other_ensembles_are_refused():
    with pytest.raises(ValueError, match="both, of random, has ensembles of 3 with 3 networks; measure it `by: source`"):
        gains(0.5, 0.4, 0.3, 0.2, both=scores("random", -9.0, 0.2, members="0 1 2"))
    two = scores("pools", 0.5, 0.3)
    with pytest.raises(ValueError, match=r"runs cannot be paired: samples of random has 1, 2, 3, but others have 1, 2$"):
        gains(0.5, 0.4, 0.3, 0.2, independent=two[two["run"] != "3"])


def corrupted(label, clean, severe, js):
    """Ensembles of three networks under two corruptions, of two under nonsense; at severity 0 there is none."""

    def error(row):
        apart = 0.1 if row.corruption == "snow" else -0.1
        return (spread(row) * (severe + apart if row.severity else clean)) if row.members == "0 1 2" else -9.0

    rows = planted("shift", labels=[label], members=["0 1 2", "0 1"], severity=[0, 1, 5], corruption=["none", "fog", "snow"],
                   error=error, js=lambda row: spread(row) * js * (row.severity or -99))  # fmt: skip
    rows = rows[(rows["severity"] > 0) != (rows["corruption"] == "none")]
    return rows.assign(brier=2 * rows["error"])


@pytest.mark.parametrize(
    ("runs", "random", "verdicts"),
    [
        ((0.2, 0.4, 0.3), (0.25, 0.6, 0.1), ["holds", "holds", "holds"]),
        ((0.2, 0.4, 0.1), (0.25, 0.42, 0.3), ["contradicted", "contradicted", "contradicted"]),
    ],
)
def test_the_gap_grows_with_severity(runs, random, verdicts):
    samples, independent = corrupted("random", *random), corrupted("pools", *runs)
    rows = unprinted(shift.check(samples=samples, independent=independent, size=3))
    assert rows["verdict"].tolist() == verdicts
    growth = (random[1] - runs[1]) - (random[0] - runs[0])
    assert rows["effect"].tolist() == pytest.approx([growth, 2 * growth, 3 * (runs[2] - random[2])])
    with pytest.raises(ValueError, match="random and independent are not both of fog at severity 1"):
        shift.check(samples=samples[samples["corruption"] != "fog"], independent=independent, size=3)
    with pytest.raises(ValueError, match="no rows of networks 4 in pools, only of 3, 2"):
        shift.check(samples=samples, independent=independent, size=4)
    low = [t[t["severity"] < 5] for t in (samples, independent)]
    with pytest.raises(ValueError, match="no rows of severity 5"):
        shift.check(samples=low[0], independent=low[1], size=3)


@pytest.mark.parametrize(("runs", "samples", "verdict"), [(0.4, 0.1, "holds"), (0.1, 0.4, "contradicted")])
def test_runs_differ_more_on_other_images(runs, samples, verdict):
    tables = [planted("outside", labels=[label], members=["0 1 2", "0 1"],
                      js=lambda row, js=js: spread(row) * (js if row.members == "0 1 2" else 9))
              for label, js in (("pools", runs), ("random", samples))]  # fmt: skip
    (row,) = unprinted(outside.check(independent=tables[0], samples=tables[1], size=3)).itertuples()
    assert (row.verdict, row.effect) == (verdict, pytest.approx(runs - samples))


def path(label, highest, apart):
    """The train nll rises from 0.1 and 0.2 to `highest`; the middle disagrees on `apart` of what the ends do."""

    def nll(row):
        rise = np.interp(row.u0, [0, 0.5, 1], [0.1, 0.2 + (highest - 0.2) * spread(row) ** (label == "tunnel"), 0.2])
        return rise if row.split == "train" else 9 - rise

    def disagreement(row):
        ends = 0.4 * spread(row)
        middle = apart * spread(row) if row.reference == 0 else 0.8 + spread(row) / 10
        ends = [0, middle * ends, ends] if row.reference == 0 else [ends, middle * ends, 0]
        return np.interp(row.u0, [0, 0.5, 1], ends) if row.split == "test" else 9 * row.u0

    return planted("similarity", labels=[label], split=["train", "test"], reference=[0, 1], u0=np.linspace(0, 1, 5)[::-1],
                   nll=nll, disagreement=disagreement)  # fmt: skip


def test_equal_loss_is_no_equal_function():
    segment = path("segment", 2.2, 0.5)
    good = unprinted(tunnel.check(segment=segment, tunnel=path("tunnel", 0.3, 0.8)))
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([0.05, 0.8])
    assert set(unprinted(tunnel.check(segment=segment, tunnel=path("tunnel", 1.2, 0.1)))["verdict"]) == {"contradicted"}
    flat = unprinted(tunnel.check(segment=path("segment", 0.2, 0.5), tunnel=path("tunnel", 0.2, 0.8)))
    assert flat["verdict"].iloc[0] == "not measurable", "without a barrier there is nothing to go around"
    far = unprinted(tunnel.check(segment=segment, tunnel=path("tunnel", 0.3, 2.0)))
    assert far["effect"].iloc[1] == pytest.approx(0.9), "the lesser of both ends counts"
    with pytest.raises(ValueError, match="runs cannot be paired: tunnel has 1, 2, but others have 1, 2, 3"):
        tunnel.check(segment=segment, tunnel=path("tunnel", 0.3, 0.8).query("run != '3'"))


@pytest.mark.parametrize(
    ("again", "order", "init", "verdicts"),
    [
        (0.0, 0.2, 0.25, ["holds", "holds", "holds", "holds"]),
        (0.05, 0.1, 0.25, ["contradicted", "holds", "holds", "holds"]),
        (0.22, 0.2, 0.19, ["holds", "contradicted", "contradicted", "holds"]),
    ],
)
def test_the_order_of_the_data_is_enough(again, order, init, verdicts):
    values = dict(
        zip(("same seeds", "same initialisation", "same order", "both different"), (again, order, init, 0.3), strict=True)
    )
    table = planted("disagreement", labels=list(values), split=["test", "train"], second=1,
                    disagreement=lambda row: values[row.label] * spread(row) if row.split == "test" else -9.0)  # fmt: skip
    rows = unprinted(randomness.check(disagreement=table))
    assert rows["verdict"].tolist() == verdicts
    assert rows["effect"].tolist() == pytest.approx([order / 0.3, *(d - again for d in (order, init, 0.3))])
    with pytest.raises(ValueError, match="runs cannot be paired: same order has 1, 2, but others have 1, 2, 3"):
        randomness.check(disagreement=table[(table["subspace"] != "same order") | (table["run"] != "3")])


@pytest.mark.parametrize(
    ("early", "late", "verdicts"),
    [(0.4, 0.005, ["holds", "holds"]), (0.4, 0.1, ["holds", "contradicted"]), (0.001, 0.01, ["contradicted", "holds"])],
)
def test_late_forks_are_connected(early, late, verdicts):
    values = {"late": late, "early": early, "between": 0.2}
    table = planted("shape", labels=list(values), split=["test", "train"], quantity=["error", "nll"],
                    instability=lambda row: values[row.label] * spread(row)
                    if (row.split, row.quantity) == ("test", "error") else -9.0)  # fmt: skip
    rows = unprinted(forks.check(forks=table, epochs={"late": 8, "early": 0, "between": 2.5}))
    assert rows["statement"].iloc[1] == "Forks at epoch 8 have an instability below 2 % of test error."
    assert rows["verdict"].tolist() == verdicts
    assert rows["effect"].tolist() == pytest.approx([early - late, late])
    with pytest.raises(ValueError, match="name two at least"):
        forks.check(forks=table, epochs={"late": 8})
