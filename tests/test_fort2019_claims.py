"""The claims of Fort et al. 2019 on planted tables: each holds if it is true, is contradicted if it is false, and is not measurable
on networks that were not trained; odd runs are refused."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from conftest import judged, unprinted
from planted import planted

from lossland.papers.fort2019.claims import (
    cyclical,
    ensembles,
    forks,
    functions,
    independent,
    outside,
    randomness,
    shift,
    subspaces,
    tunnel,
    weights,
)  # fmt: skip
from lossland.statistics import diversity_limits as limits

EPOCHS = (0, 1, 5, 10, 20)
KINDS = ("random directions", "diagonal Gaussian", "SWAG")
ASKED = {"cosine": {"group": ["weights", "all"]}, "disagreement": {"split": ["test", "train"]}}


def spread(row):
    return 0.8 + 0.1 * row.run  # 0.9, 1.0, 1.1: of mean 1


def fitted(error=0.05):
    """The train errors of networks, one of which has `error`."""
    return planted("landscape", labels=["networks"], runs=2, split=["train", "test"], quantity=["error", "nll"],
                   value=lambda row: 9.0 if row.quantity == "nll" or row.split == "test" else [error, 0.02][row.run - 1])  # fmt: skip


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
    tables = {"between": pool("cosine", between), "inside": trajectories("cosine", inside), "trained": fitted()}
    return weights.check(**tables | {"after": 5} | options)


def test_a_run_stays_near_itself_and_that_others_are_orthogonal_is_no_claim():
    good = judged(orthogonal(-0.02, 0.7))
    assert good["verdict"].tolist() == ["passed", "holds"]
    assert good["n"].iloc[1] == 3, "three disjoint pairs of six runs"
    assert good["effect"].iloc[1] == pytest.approx(0.7 + 3.5e-4 + 0.02 - 2e-3), "from the first point past `after`"
    for bad, own in ((orthogonal(-0.02, 0.7, group="all"), "contradicted"), (orthogonal(-0.5, -0.8), "contradicted")):
        assert judged(bad)["verdict"].tolist() == ["failed", own]
    assert (
        judged(orthogonal(0, 0.7, trained=fitted(0.6)))["reason"].iloc[1].startswith("trained to 60 % train error, where below")
    )


def test_runs_are_compared_in_the_order_of_their_numbers():
    """As text, run 10 comes before run 2; each pair must meet its own runs."""
    own = trajectories("cosine", 0.0, runs=10)
    own["cosine"] = np.where(own["cosine"] > -1, own["run"].astype(float), -9.0)
    (_, near) = weights.check(between=pool("cosine", 0.0, k=10), inside=own, trained=fitted(), after=5)
    assert list(near.values) == pytest.approx([1.5 - 0.0, 3.5 - 2e-3, 5.5 - 4e-3, 7.5 - 6e-3, 9.5 - 8e-3])
    few = own[own["run"].isin(["1", "2", "3"])]
    first = weights.check(between=pool("cosine", 0.0, k=10), inside=few, trained=fitted(), after=5)
    assert list(first[1].values) == pytest.approx([1.5, 3 - 2e-3]), "a run without its neighbour stands for the pair"


def test_what_is_no_pool_or_no_trajectory_is_refused():
    own = trajectories("cosine", 0.7)
    for odd in (pd.concat([pool("cosine", 0), pool("cosine", 0, label="other")]), own):
        with pytest.raises(ValueError, match="compared in pairs; name a table of one pool"):
            weights.check(between=odd, inside=own, trained=fitted(), after=5)
    with pytest.raises(ValueError, match=r"cnn/1, cnn/2, .* has no point from epoch 11 on beside its last"):
        orthogonal(0, 0.7, after=11)


def maps(predictions, mapped, samples=None, luck=0.0):
    """Silhouettes of three maps of three runs of four points each, and of `samples` around them."""
    levels = [(predictions, mapped), *([samples] if samples else [])]
    silhouettes = {
        name: lambda row, i=i: levels[row.within][i] * spread(row) + 0.05 * (row.index - 1.5) + 0.01 * row.source
        for i, name in enumerate(("silhouette_predictions", "silhouette"))
    }
    return planted("tsne", source=range(3), within=range(len(levels)), index=range(4), split="val", luck=luck, **silhouettes)


@pytest.mark.parametrize(
    ("between", "inside", "tsne", "verdicts"),
    [
        (0.3, 0.05, maps(0.4, 0.6), ["holds", "holds", "holds"]),
        (0.2, 0.3, maps(-0.2, 0.6), ["contradicted", "contradicted", "holds"]),
        (0.3, 0.05, maps(0.4, 0.6, (0.3, -0.3)), ["holds", "holds", "contradicted"]),
    ],
)
def test_runs_are_functions_of_their_own(between, inside, tsne, verdicts):
    tables = {"between": pool("disagreement", between), "inside": trajectories("disagreement", inside, early=0.9), "tsne": tsne}
    rows = unprinted(functions.check(**tables, trained=fitted(), after=5))
    assert rows["verdict"].tolist() == verdicts
    assert rows["effect"].iloc[0] == pytest.approx((between + 2e-3) / (inside + 3.5e-4 + 5e-3), rel=1e-3)
    assert rows["n"].tolist() == [3, 3, 3], "pairs of runs, and maps that share no run: not runs of one map"
    assert unprinted(functions.check(**tables, trained=fitted(), after=0))["verdict"].iloc[0] == "contradicted", (
        "the first epochs"
    )
    assert set(unprinted(functions.check(**tables, trained=fitted(0.7), after=5))["verdict"]) == {"not measurable"}
    few = [table.assign(examples=10) if "examples" in table else table for table in tables.values()]
    rows = unprinted(functions.check(**dict(zip(tables, few, strict=True)), trained=fitted(), after=5))
    assert rows["verdict"].iloc[0] == "undecided", "10 examples leave open by what the runs differ"
    rows = unprinted(functions.check(**tables | {"tsne": maps(0.4, 0.6, luck=0.5)}, trained=fitted(), after=5))
    assert rows["verdict"].tolist()[1:] == ["undecided", "holds"], "and by what predictions do; the map is of these examples"


def plane(accuracy, lift=0.0, **positions):
    """Networks between the limit curves of a reference of accuracy 0.7: each label at its position, 0 on the lower curve.

    They are as they are on each of four blocks of examples.
    """

    def disagreement(row):
        low, high = (float(limit(1 - row.error, 0.7, 10)) for limit in (limits.perturbed, limits.independent))
        return low + positions[row.label] * spread(row) * (high - low) + lift

    rows = planted("diversity", labels=list(positions), error=[1 - a for a in accuracy], classes=10, reference_error=0.3,
                   split=["test", "train"], block=range(5), disagreement=disagreement)  # fmt: skip
    rows["index"] = rows.groupby(["subspace", "run", "split", "block"]).cumcount()
    return rows.assign(disagreement=rows["disagreement"].where(rows["split"] == "test", -9.0))


def planes(samples, independent, trained=0.05):
    return subspaces.check(samples=samples, independent=independent, trained=fitted(trained))


def test_subspaces_lie_below_runs_and_runs_far_above_the_limit():
    samples, near = (0.3, 0.5, 0.65), (0.69, 0.7, 0.71)
    tables = plane(samples, random=0.2, gauss=0.1), plane(near, pool=0.9)
    good = unprinted(planes(*tables))
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].iloc[:2].tolist() == pytest.approx([0.9, 0.7]), "of all samples, those that come nearest count"
    assert good["effect"].iloc[2] < 1, "above the curve, doubtful answers change first"
    bad = unprinted(planes(plane(samples, random=-0.1, gauss=0.6), plane(near, pool=0.3)))
    assert bad["verdict"].iloc[:2].tolist() == ["contradicted", "contradicted"]
    (_, _, gamma) = planes(plane(samples, random=-0.1), tables[1])
    assert judged([gamma])["verdict"].tolist() == ["contradicted"]
    assert set(unprinted(planes(*tables, trained=0.7))["verdict"]) == {"not measurable"}
    with pytest.raises(ValueError, match=r"runs cannot be paired: random has 1, 2, 3, but others have 1, 2$"):
        planes(plane(samples, random=0), tables[1][tables[1]["run"] != "3"])


def test_what_rests_on_one_block_of_examples_is_undecided():
    near = plane((0.69, 0.7, 0.71), pool=0.7)
    lucky = near.assign(disagreement=near["disagreement"] * np.where(near["block"] == 1, 3.4, np.where(near["block"], 0.2, 1)))
    assert unprinted(planes(plane((0.3, 0.5), random=0), near))["verdict"].iloc[0] == "holds"
    assert unprinted(planes(plane((0.3, 0.5), random=0), lucky))["verdict"].iloc[0] == "undecided"


def test_the_exponent_is_that_of_the_family():
    accuracy, apart = limits.family(np.linspace(0.1, 0.8, 8), 0.7, 10, 0.3)
    rows = planted("diversity", runs=2, classes=10, reference_error=0.3, index=range(8), error=lambda r: 1 - accuracy[r.index],
                   disagreement=lambda r: apart[r.index])  # fmt: skip
    assert subspaces.exponent(rows).to_dict() == {"1": pytest.approx(0.3, rel=2e-3), "2": pytest.approx(0.3, rel=2e-3)}


def scores(label, **at):
    """Scores by example of ensembles of each size, about what was planted; sizes that no claim is about hold nonsense."""
    error = lambda row: at.get(f"of_{row.size}", -9.0) * spread(row) + 0.01 * (2 * row.example - 3)  # noqa: E731
    rows = planted("by_example", labels=[label], size=[1, 2, 3], example=range(4), error=error)
    return rows.assign(brier=2 * rows["error"], nll=3 * rows["error"])


def gains(single, samples, independent, both, /, trained=0.05, **tables):
    kinds = {"samples": pd.concat([scores(kind, of_3=samples) for kind in KINDS]),
             "both": pd.concat([scores(kind, of_1=samples, of_3=both) for kind in (*KINDS, "averages of weights", "dropout")]),
             "independent": scores("networks", of_1=single, of_3=independent)}  # fmt: skip
    return ensembles.check(**kinds | tables, trained=fitted(trained), size=3)


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
        parts = {gain, max(samples, independent) - both} if name == "both gain most" else {gain}
        assert set(part["effect"].round(9)) <= {round(k * gain, 9) for k in (1, 2, 3) for gain in parts}, (
            "either is the weakest"
        )
    origins = rows.groupby("origin").groups
    assert all("SWAG" in name or "nll" in name for name in origins["ours"])
    assert len(origins["this paper"]) == 2 * (1 + 2 * 2), "runs and both, over samples and averages, of errors and Brier scores"
    assert set(unprinted(gains(*values, trained=0.67))["verdict"]) == {"not measurable"}


def test_two_noisy_differences_are_two_and_what_rests_on_one_example_is_undecided():
    """The lesser of two differences of pure noise lies below 0; and one example of four that all runs get right is luck."""
    noise = {"1": (0.03, -0.03), "2": (-0.031, 0.03), "3": (0.03, -0.031)}
    shifted = {name: scores(name, of_1=0.5, of_3=0.3) for name in ("networks", "random directions")}
    for i, table in enumerate(shifted.values()):
        table["error"] += table["run"].map(lambda run, i=i: noise[run][i])
    rows = unprinted(gains(0.5, 0.3, 0.3, 0.3, samples=shifted["random directions"], independent=shifted["networks"]))
    assert rows.loc["both gain most, subspace samples: error", "verdict"] == "undecided"
    lucky = scores("networks", of_1=0.5, of_3=0.3)
    lucky["error"] -= np.where((lucky["size"] == 3) & (lucky["example"] == 0), 0.4, 0)
    rows = unprinted(gains(0.5, 0.3, 0.3, 0.2, independent=lucky))
    assert rows.loc["runs gain more than subspace samples: error", "verdict"] == "undecided"
    with pytest.raises(ValueError, match=r"runs cannot be paired: random directions has 1, 2, 3, but others have 1, 2$"):
        gains(0.5, 0.4, 0.3, 0.2, independent=lucky[lucky["run"] != "3"])


def corrupted(label, clean, severe, js):
    """Ensembles of three networks, clean and under two corruptions, those of two are nonsense."""

    def error(row):
        apart = 0.1 if row.corruption == "snow" else -0.1
        planted = severe + apart if row.severity else clean
        return spread(row) * planted + 0.01 * (2 * row.example - 3) if row.size == 3 else -9.0

    rows = planted("by_example", labels=[label], size=[2, 3], severity=[0, 5], corruption=["none", "fog", "snow"],
                   example=range(4), error=error, js=lambda row: spread(row) * js if row.severity else 9.0)  # fmt: skip
    rows = rows[(rows["severity"] > 0) != (rows["corruption"] == "none")]
    return rows.assign(brier=2 * rows["error"])


@pytest.mark.parametrize(
    ("runs", "random", "verdicts"),
    [
        ((0.2, 0.4, 0.3), (0.25, 0.6, 0.1), ["holds"] * 5),
        ((0.2, 0.4, 0.1), (0.25, 0.38, 0.3), ["contradicted"] * 5),
    ],
)
def test_the_gap_grows_with_severity(runs, random, verdicts):
    samples, independent = corrupted("random directions", *random), corrupted("networks", *runs)
    tables = {"samples": samples, "independent": independent, "trained": fitted()}
    rows, ahead = unprinted(shift.check(**tables, size=3)), random[1] - runs[1]
    assert rows["verdict"].tolist() == verdicts
    growth = ahead - (random[0] - runs[0])
    assert rows["effect"].tolist() == pytest.approx([ahead, growth, 2 * ahead, 2 * growth, runs[2] - random[2]])
    three = [samples.assign(run=(3 * samples["run"].astype(int) - 2 + i).astype(str), error=samples["error"] + 0.01 * (i - 1))
             for i in range(3)]  # fmt: skip
    groups = independent.assign(run=(3 * independent["run"].astype(int) - 2).astype(str))
    seeds = dict(zip("123456789", "729418365", strict=True))  # in the order of the config
    around = pd.concat(three).replace({"run": seeds})
    several = shift.check(**tables | {"samples": around, "independent": groups.replace({"run": seeds})}, size=3)
    several = unprinted(several)[["effect", "spread", "n"]].to_numpy()
    assert several == pytest.approx(rows[["effect", "spread", "n"]].to_numpy()), "a group is one run, around however many"
    one = samples.assign(size=samples["size"].replace({3: 1}))
    whole = unprinted(shift.check(**tables | {"samples": one}, size=3, around=1))
    assert whole["effect"].tolist() == pytest.approx(rows["effect"].tolist()[:4]), "figure 9: all samples of one, no divergence"
    assert set(unprinted(shift.check(**tables | {"trained": fitted(0.6)}, size=3))["verdict"]) == {"not measurable"}
    with pytest.raises(ValueError, match="random directions and independent are not both of fog at severity 5"):
        shift.check(**tables | {"samples": samples[samples["corruption"] != "fog"]}, size=3)
    with pytest.raises(ValueError, match="no rows of size 4 in networks, only of 2, 3"):
        shift.check(**tables, size=4)
    with pytest.raises(ValueError, match="runs cannot be paired: samples has 1, 2, 3, but others have 1, 4, 7"):
        shift.check(**tables | {"independent": groups}, size=3)


@pytest.mark.parametrize(("runs", "samples", "verdict"), [(0.4, 0.1, "holds"), (0.1, 0.4, "contradicted")])
def test_runs_differ_more_on_other_images(runs, samples, verdict):
    tables = [planted("outside", labels=[label], size=[2, 3], block=range(5),
                      js=lambda row, js=js: spread(row) * (js if row.size == 3 and row.block else 9))
              for label, js in (("pools", runs), ("random directions", samples))]  # fmt: skip
    tables = {"independent": tables[0], "samples": tables[1]}
    (row,) = unprinted(outside.check(**tables, trained=fitted(), size=3)).itertuples()
    assert (row.verdict, row.effect) == (verdict, pytest.approx(runs - samples))
    (row,) = outside.check(**tables, trained=fitted(0.9), size=3)
    assert row.presumes


@pytest.mark.parametrize(("chain", "verdict"), [(0.1, "holds"), (0.3, "contradicted")])
def test_runs_differ_more_than_samples_of_one_chain_for_as_many_errors(chain, verdict):
    """Two cycles of two networks; those of one cycle are near. Samples err twice as often, and may disagree twice as often."""
    near = lambda row: 0.001 if row.first // 2 == row.second // 2 else 2 * chain * spread(row)  # noqa: E731
    chains = pairs("disagreement", near, 4, labels=["chain"], error_first=0.36, error_second=0.36)
    runs = pool("disagreement", 0.2).assign(error_first=0.18, error_second=0.18)
    check = partial(cyclical.check, trained=fitted(), per_cycle=2)
    (row,) = unprinted(check(chains=chains, independent=runs)).itertuples()
    assert (row.verdict, row.effect) == (verdict, pytest.approx(0.202 / 0.18 / (2 * chain / 0.36), rel=0.01))
    (row,) = unprinted(check(chains=chains, independent=runs, trained=fitted(0.39))).itertuples()
    assert row.reason == "trained to 39 % train error, where below 10 % is presumed"
    (row,) = unprinted(check(chains=chains, independent=runs, trained=fitted(0.39), level=0.4)).itertuples()
    assert row.verdict == verdict, "on data that are too hard for the paper's networks"
    few = [table.assign(examples=10) for table in (chains, runs)]
    assert unprinted(check(chains=few[0], independent=few[1]))["verdict"].tolist() == ["undecided"]


def path(label, highest, apart, error=0.02):
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
                   nll=nll, disagreement=disagreement, error=error)  # fmt: skip


def cone(short, lowest):
    """Rays of the ends and the middle: at 0.8 of its length an end has changed `short` of its labels; no ray is far better than
    at 1, and the nll is `lowest` in the middle."""
    return planted("similarity", labels=["cone"], split=["train", "test"], reference=[0, 1], u0=[0.0, 0.5, 1.0],
                   u1=np.linspace(0, 1.6, 17),
                   nll=lambda row: (lowest * spread(row) if row.u0 == 0.5 else 0.2) + abs(row.u1 - 1),
                   disagreement=lambda row: short * spread(row) if abs(row.u1 - 0.8) < 1e-6 and row.u0 == row.reference else 9.0
                   )  # fmt: skip


def tunnels(highest, apart, short=0.1, lowest=1.0, **tables):
    own = {"segment": path("segment", 2.2, 0.5), "tunnel": path("tunnel", highest, apart)} | tables
    return tunnel.check(**own, rays=cone(short, 9.0), sector=cone(9.0, lowest))


def test_equal_loss_is_no_equal_function():
    good = unprinted(tunnels(0.3, 0.8))
    assert set(good["verdict"]) == {"holds"}
    assert good["effect"].tolist() == pytest.approx([0.1 - 0.1 * 2, 0.8, 0.1 - 0.5 * 0.4, 0.8], rel=5e-3)
    assert set(unprinted(tunnels(1.2, 0.1, 0.35, 0.1))["verdict"]) == {"contradicted"}
    flat = unprinted(tunnels(0.2, 0.8, segment=path("segment", 0.2, 0.5)))
    assert flat["verdict"].iloc[0] == "not measurable", "without a barrier there is nothing to go around"
    assert unprinted(tunnels(0.2, 0.8))["verdict"].iloc[0] == "holds", "a tunnel that does not rise at all is as low as can be"
    assert unprinted(tunnels(0.3, 0.3))["verdict"].iloc[1] == "contradicted", "far from one end is not far from both"
    untrained = tunnels(0.3, 0.8, tunnel=path("tunnel", 0.3, 0.8, error=0.6))
    assert set(unprinted(untrained)["reason"]) == {"trained to 60 % train error, where below 10 % is presumed"}
    few = unprinted(tunnels(0.3, 0.8, tunnel=path("tunnel", 0.3, 0.8).assign(examples=20)))
    assert few["verdict"].iloc[1] == "undecided", "20 examples say little"
    with pytest.raises(ValueError, match="runs cannot be paired: tunnel has 1, 2, but others have 1, 2, 3"):
        tunnels(0.3, 0.8, tunnel=path("tunnel", 0.3, 0.8).query("run != '3'"))


@pytest.mark.parametrize(
    ("again", "order", "verdicts"),
    [(0.0, 0.2, ["holds", "passed"]), (0.05, 0.1, ["contradicted", "passed"]), (0.22, 0.2, ["holds", "failed"])],
)
def test_the_order_of_the_data_is_enough(again, order, verdicts):
    values = dict(
        zip(("same seeds", "same initialisation", "same order", "both different"), (again, order, 0.25, 0.3), strict=True)
    )
    table = planted("disagreement", labels=list(values), split=["test", "train"], second=1,
                    disagreement=lambda row: values[row.label] * spread(row) if row.split == "test" else -9.0)  # fmt: skip
    rows = judged(randomness.check(disagreement=table, trained=fitted()))
    assert rows["verdict"].tolist() == verdicts
    assert rows["effect"].iloc[0] == pytest.approx(order / 0.3)
    few = judged(randomness.check(disagreement=table.assign(examples=20), trained=fitted()))
    assert few["verdict"].tolist() == ["undecided", verdicts[1]]
    assert judged(randomness.check(disagreement=table, trained=fitted(0.6)))["verdict"].iloc[0] == "not measurable"
    with pytest.raises(ValueError, match="runs cannot be paired: same order has 1, 2, but others have 1, 2, 3"):
        odd = table[(table["subspace"] != "same order") | (table["run"] != "3")]
        randomness.check(disagreement=odd, trained=fitted())


def forked(error=0.02, **values):
    """Forks at 0, 2 and 8 of 20 epochs, whose instability is about `values`; 1 % of labels differ from the middle's."""
    shapes = planted("shape", labels=list(values), split=["test", "train"], quantity=["error", "nll"], start=error, end=error,
                     instability=lambda row: values[row.label] * spread(row)
                     if (row.split, row.quantity) == ("test", "error") else -9.0)  # fmt: skip
    apart = planted("disagreement", labels=list(values), first=[0, 0, 1], disagreement=0.01)
    apart["second"] = [1, 2, 2] * 9
    return {"forks": shapes, "middles": apart, "epochs": {"late": 8, "early": 0, "between": 2}, "length": 20}


@pytest.mark.parametrize(
    ("early", "between", "late", "verdicts"),
    [
        (0.4, 0.1, 0.005, ["holds", "contradicted"]),
        (0.4, 0.005, 0.005, ["holds", "holds"]),
        (0.4, 0.005, 0.1, ["contradicted", "contradicted"]),
        (0.001, 0.005, 0.01, ["contradicted", "holds"]),
    ],
)
def test_late_forks_are_connected_and_those_at_the_start_are_not(early, between, late, verdicts):
    tables = forked(late=late, early=early, between=between)
    rows = unprinted(forks.check(**tables))
    assert rows["verdict"].tolist() == verdicts
    assert rows["effect"].iloc[1] == pytest.approx(0.02 - max(between, late)), "of all epochs from 2 on the worst"
    assert set(rows["origin"]) == {"Frankle et al. 2020"}
    assert rows["statement"].iloc[0].endswith("of forks at epoch 0, and below of forks at epoch 8.")
    few = forks.check(**tables | {"middles": tables["middles"].assign(examples=20, disagreement=0.9)})
    assert set(unprinted(few)["verdict"]) == {"undecided"}, "20 examples that may all have changed do not tell 2 %"
    sparse = unprinted(forks.check(**tables | {"length": 7}))
    assert sparse["verdict"].tolist() == [verdicts[0], "not measurable"]
    assert sparse["reason"].iloc[1] == "nothing was forked after the start and in the first 25 % of the training"
    untrained = forks.check(**tables | {"forks": forked(0.6, late=late, early=early, between=between)["forks"]})
    assert set(unprinted(untrained)["verdict"]) == {"not measurable"}
    with pytest.raises(ValueError, match="name two at least"):
        forks.check(**tables | {"epochs": {"late": 8}})


def test_trainings_that_share_the_luck_of_a_test_set_do_not_settle_by_it():
    """Forks at epoch 2 are at the bound but for 1 point, that of a test set of 1,000, and 0.3 points of their own."""
    rng, found = np.random.default_rng(0), []
    tables = forked(late=0.0, early=0.4, between=0.02)
    tables["middles"] = tables["middles"].assign(disagreement=0.1, examples=1000)
    shapes, between = tables["forks"], tables["forks"]["subspace"] == "between"
    for _ in range(120):
        luck = 0.02 + rng.normal(0, 0.01) + rng.normal(0, 0.003, len(shapes))
        claim = forks.check(**tables | {"forks": shapes.assign(instability=shapes["instability"].mask(between, luck))})[1]
        found.append([claim.row()[side] < 0.05 for side in ("p_holds", "p_contradicted")])
    assert np.mean(found, axis=0).max() < 0.05 + 3 * (0.05 * 0.95 / 120) ** 0.5


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.712, "holds"), (0.76, "contradicted")])
def test_accuracies_are_those_of_the_released_code(accuracy, verdict):
    table = planted("ensemble", labels=["net"], runs=1, size=[1, 2], subset=range(6),
                    error=lambda row: 1 - accuracy - row.subset / 2000 if row.size == 1 else 0.0)  # fmt: skip
    trained = fitted().assign(subspace="net")
    (claim,) = judged(independent.check(ensembles=table, trained=trained, printed={"net": "MediumCNN"})).itertuples()
    assert (claim.verdict, claim.published) == (verdict, "0.71")
    assert claim.effect == pytest.approx(accuracy + 0.00125)
    assert judged(independent.check(ensembles=table, trained=fitted(0.5).assign(subspace="net"), printed={"net": "MediumCNN"}))[
        "verdict"
    ].tolist() == ["not measurable"]
    with pytest.raises(ValueError, match="no confirmed accuracy is published of SmallCNN; leave net out of printed"):
        independent.check(ensembles=table, trained=trained, printed={"net": "SmallCNN"})
