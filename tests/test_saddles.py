"""Saddles of paths: landscapes with a known maximum, intervals against redrawn data, ends, steps, interruptions."""

import itertools
import zlib
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from formulas import Formula, formula

from lossland.checking import build
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.inputs.arrays import SPLITS, Arrays
from lossland.landscape.evaluate import example_scores, path
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import curve, line, random_plane, sgd
from lossland.options import Recipe
from lossland.probes import landscape, saddles
from lossland.workflow import plugins as catalogue
from lossland.workflow.store import DiskJournal

PEAK = 0.5371
UNIT = Subspace(torch.tensor([[0.0], [1.0]]), PolyChain(2))


def ridge(f, x=torch.zeros(5, 1), g=torch.ones_like):
    """The loss f(theta) + x . g(theta) of each example x; theta is a number."""
    return formula(lambda theta, x: f(theta) + (x * g(theta)).sum(1), 1, x, torch.zeros(len(x)), 1, task="analytic")


def saddle(problem, subspace=UNIT, **options):
    return saddles.measure(problem, subspace, **{"splits": ["train"]} | options).iloc[0]


@pytest.mark.parametrize(
    ("f", "rounds"),
    [(lambda t: 2 - 4 * (t - PEAK) ** 2, 3), (lambda t: 2 - 3 * (t - PEAK).abs(), 6)],
    ids=["parabola", "wedge"],
)
def test_the_maximum_that_lies_between_the_sampled_points_is_found(f, rounds):
    found, at = saddle(ridge(f), rounds=rounds), torch.tensor([0.0, 0.5, 1.0])
    assert [found["value_a"], found["saddle"], found["value_b"]] == pytest.approx(f(at).tolist(), abs=1e-6)
    assert 2 - found["saddle"] > 5e-3
    assert found["refined"] == pytest.approx(2, abs=1e-4)
    assert found[["t", "share"]].tolist() == pytest.approx([PEAK] * 2, abs=5e-3)
    coarse = saddle(ridge(f), rounds=0)
    assert (coarse["refined"], coarse["t"]) == (found["saddle"], 0.5)
    assert saddle(ridge(f), resolution=1001, rounds=0)["saddle"] == pytest.approx(2, abs=1e-3)


def test_a_path_that_falls_is_highest_at_its_end():
    found = saddle(ridge(lambda t: 3 - t))
    assert (found["saddle"], found["refined"], found["t"], found["value_a"]) == (3, 3, 0, 3)


def spikes(theta, x):
    """An example (c, w, s) of class 0 is misclassified within w of c, by a logit of s (w - |theta - c|)."""
    c, w, s = x.T
    return torch.stack([torch.zeros_like(c), s * (w - (theta - c).abs())], 1)


def test_each_split_and_score_has_a_maximum_of_its_own():
    """Twenty doubtful examples are wrong around one point, one is wrong by much around another; the error is of steps."""

    def examples(doubtful, wrong):
        narrow = torch.tensor([[doubtful, w, 0.1] for w in np.linspace(0.002, 0.3, 20)])
        return torch.cat([narrow, torch.tensor([[wrong, 0.2, 500]])]).float()

    where = {"train": (0.262, 0.817), "test": (0.537, 0.183)}
    x = {split: examples(*where.get(split, (0.5, 0.5))) for split in SPLITS}
    problem = Problem(
        ParamSpace(partial(Formula, spikes, 1)), Arrays(x, {s: torch.zeros(21, dtype=torch.int64) for s in SPLITS}, 2)
    )
    table = saddles.measure(problem, UNIT, rounds=5).set_index(["split", "quantity"])
    for split, (doubtful, wrong) in where.items():
        error, nll = table.loc[(split, "error")], table.loc[(split, "nll")]
        assert error["saddle"] < error["refined"] == pytest.approx(20 / 21)
        assert error["t"] == pytest.approx(doubtful, abs=2e-3)
        c, w, s = x[split].double().T
        highest = torch.log1p((s * (w - (wrong - c).abs())).exp()).mean()
        assert nll["refined"] == pytest.approx(highest.item(), abs=0.01)
        assert nll["t"] == pytest.approx(wrong, abs=2e-3)
        t, parts = torch.linspace(0, 1, 11, dtype=torch.float64)[:, None], np.arange(21) % 2
        each = (s * (w - (t - c).abs()) > 0).double().numpy().T
        halves = [each[parts == part].mean(axis=0) for part in (0, 1)]
        elsewhere = [there[here.argmax()] for here, there in (halves, halves[::-1])]
        assert saddles.measure(problem, UNIT, resolution=11).set_index(["split", "quantity"]).loc[(split, "error"), "fair"] \
            == pytest.approx(np.mean(elsewhere))  # fmt: skip


def test_identical_examples_leave_no_doubt():
    found = saddle(ridge(lambda t: 1 - (t - PEAK) ** 2, torch.full((7, 1), 0.3)))
    assert [found["low"], found["high"]] == pytest.approx([found["saddle"]] * 2, abs=1e-12)


def _waves(t):
    """Example x deviates by x . g(t), of one variance at every t, and of covariance cos(t - t') between two."""
    return torch.cat([torch.cos(t), torch.sin(t)])


def test_the_interval_is_that_of_redrawn_examples():
    """Against numpy's multinomial draws of the scores themselves."""
    x = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
    problem = ridge(lambda t: 1 - (t - PEAK) ** 2, x, _waves)
    found = saddle(problem, draws=4000, rounds=0)
    points = UNIT.points(UNIT.chart.grid(11))
    scores = torch.stack([example_scores(problem, theta, {}, "train")[:, 0] for theta in points]).double().numpy()
    w = np.random.default_rng(0).multinomial(60, [1 / 60] * 60, size=4000) / 60
    means = scores.mean(1)
    off, top = w @ scores.T - means, means.argmax()
    low, high = means[top] - np.quantile(off.max(1), 0.975), means[top] - np.quantile(off[:, top], 0.025)
    assert found["saddle"] == pytest.approx(means[top])
    assert found[["low", "high"]].tolist() == pytest.approx([low, high], abs=0.02)
    again, other = saddle(problem, draws=50, seed=0), saddle(problem, draws=50, seed=1)
    assert again.equals(saddle(problem, draws=50, seed=0))
    assert again["low"] != other["low"]


def _apart(t):
    """Example x deviates at each of 31 points by a number of its own."""
    return (torch.arange(31) == (30 * t).round()).float()


@pytest.mark.parametrize(("height", "g", "numbers"), [(0.0, _waves, 2), (1.0, _waves, 2), (0.0, _apart, 31)])
def test_the_interval_covers_the_maximum_about_as_often_as_it_says(height, g, numbers):
    """Of 120 data sets of 80 examples on flat paths and on a hill: within three deviations of a binomial from 0.95."""
    rng, covered = torch.Generator().manual_seed(1), 0
    for seed in range(120):
        problem = ridge(lambda t: height * (1 - (2 * t - 1) ** 2), torch.randn(80, numbers, generator=rng), g)
        found = saddle(problem, rounds=0, seed=seed, resolution=max(numbers, 11))
        covered += found["low"] <= height <= found["high"]
    assert abs(covered / 120 - 0.95) < 3 * (0.95 * 0.05 / 120) ** 0.5


def test_paths_between_the_same_minima_have_the_same_ends(normalised):
    """Named by what they are, whatever joins them and whatever the statistics are between; values are those of the ends."""
    a, b = networks = [sgd.build(normalised, [], recipe=Recipe(1, 0.1), seed=seed) for seed in (0, 1)]
    bent = curve.build(normalised, networks, recipe=Recipe(1, 0.1), seed=0)
    alone = landscape.measure(normalised, Subspace(torch.stack([a.end, b.end]), Points(2)))
    alone = alone.set_index(["index", "split", "quantity"])["value"]
    for joined in (line.build(normalised, networks), bent):
        for bn in ("recalibrate", "interpolate"):
            table = saddles.measure(normalised, joined, bn=bn, rounds=1)
            assert set(table["bn"]) == {bn}
            assert set(table["anchors"]) == {joined.chart.k}
            assert set(table["a"]) == {zlib.crc32(a.end.numpy().astype("<f4").tobytes())}
            assert set(table["b"]) == {zlib.crc32(b.end.numpy().astype("<f4").tobytes())}
            assert table["straight"].tolist() == pytest.approx([float((a.end - b.end).norm())] * 4, rel=1e-5)
            for row in table.itertuples():
                ends = [alone[i, row.split, row.quantity] for i in (0, 1)]
                assert [row.value_a, row.value_b] == pytest.approx(ends)
                assert max(ends) <= row.saddle <= row.refined


def test_saddles_are_the_highest_of_the_landscape(normalised):
    networks = [Subspace(normalised.init(seed)[None], Points(1)) for seed in (0, 1)]
    segment = line.build(normalised, networks)
    points = landscape.measure(normalised, segment, resolution=11, examples=12)
    highest = points.groupby(["split", "quantity"])["value"].max()
    found = saddles.measure(normalised, segment, examples=12, rounds=0).set_index(["split", "quantity"])["saddle"]
    for key, value in found.items():
        assert value == pytest.approx(highest[key])


def test_a_length_is_that_of_the_whole_chain_whatever_points_are_sampled():
    corners = torch.tensor([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0], [0.0, 4.0]])
    chain = Subspace(corners, PolyChain(4))
    second = formula(lambda theta, x: theta[1].expand(len(x)), 2, torch.zeros(2, 1), torch.zeros(2), 1, task="analytic")
    for resolution, share in ((None, 0.7), (2, 1), (6, 0.7 + 0.3 * 0.4)):
        found = saddle(second, chain, resolution=resolution, rounds=0)
        assert found[["length", "straight", "share"]].tolist() == pytest.approx([10, 4, share])
        assert found["saddle"] == found["value_b"] == 4


def test_an_interrupted_table_goes_on_where_it_was(tmp_path, problem):
    """Stopped every few points, sampled ones and refined ones: the rows are those of a table that never was."""
    networks = [Subspace(problem.init(seed)[None], Points(1)) for seed in (0, 1)]
    segment, calls, tries, found = line.build(problem, networks), itertools.count(1), 0, None

    def stopping():
        return next(calls) % 10 >= 8  # asked by a point, and once more when its work is saved

    while found is None:
        try:
            found = saddles.measure(replace(problem, journal=DiskJournal(tmp_path, 1e9, stopping)), segment)
        except SystemExit:
            tries += 1
    assert tries > 1
    assert found.equals(saddles.measure(problem, segment))


def test_what_is_no_path_from_0_to_1_has_no_saddle(problem):
    networks = [Subspace(problem.init(seed)[None], Points(1)) for seed in (0, 1)]
    with pytest.raises(ValueError, match=r"this needs a path, not .*; name a curve, a chain or a band"):
        saddles.measure(problem, random_plane.build(problem, networks[:1], seed=0))
    with pytest.raises(ValueError, match=r"from t = 0 to 1, and there is one from -0\.5 to 1\.5; name another"):
        saddles.measure(problem, line.build(problem, networks, beyond=0.5))
    with pytest.raises(ValueError, match=r"needs a path with a length, and all points of .* are one; join two other networks"):
        saddles.measure(problem, line.build(problem, [networks[0], Subspace(networks[0].anchors.clone(), Points(1))]))


def test_two_points_make_a_path_and_twenty_draws_an_interval():
    for probe, option, least in (("saddles", "resolution", 2), ("saddles", "draws", 20), ("coordinates", "resolution", 2)):
        with pytest.raises(ValueError, match=f"must be at least {least}$"):
            build(catalogue.plugin("probes", probe).options[option][0], least - 1, option)


def test_between_is_nine_points_of_each_gap_of_a_chain(problem):
    t = path(PolyChain(4))[:, 0]
    assert len(t) == 31
    assert t[::10].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert len(path(Bezier(3))) == 21
    assert len(path(PolyChain(4), 7)) == 7
