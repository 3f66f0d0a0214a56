"""The functions of networks of one or two inputs, in closed form; what points have cost in seconds of a clock that is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import lossland as ll
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import curve, line, pool, sgd
from lossland.options import Recipe
from lossland.probes import functions, seconds


def linear(inputs, outputs=2, **arrays):
    """A linear network over inputs between -1 and 3."""
    x = {s: torch.linspace(-1, 3, 8)[:, None].repeat(1, inputs) for s in ("train", "val", "test")}
    y = {s: torch.arange(8) % outputs for s in x}
    return Problem(ParamSpace(lambda: nn.Linear(inputs, outputs)), Arrays(x, y, outputs, **arrays), batch_size=7)


def test_the_probability_of_class_one_over_a_plane():
    problem = linear(2)
    points = torch.stack([problem.init(seed) for seed in range(3)])
    table = functions.measure(problem, Subspace(points, Points(3)), box=[[-2, 2], [0, 1]], resolution=[5, 3])
    assert table.groupby("index").size().tolist() == [15, 15, 15]
    assert table["x0"].iloc[:15].tolist() == [x for x in (-2, -1, 0, 1, 2) for _ in range(3)]
    assert table["x1"].iloc[:15].tolist() == [0, 0.5, 1] * 5
    for index, rows in table.groupby("index"):
        named = problem.space.unravel(points[index])
        logits = rows[["x0", "x1"]].to_numpy() @ named["weight"].double().numpy().T + named["bias"].double().numpy()
        np.testing.assert_allclose(rows["output"], 1 / (1 + np.exp(logits[:, 0] - logits[:, 1])), rtol=1e-5)


def test_the_mean_of_a_regression_over_a_line():
    problem = linear(1, outputs=1)
    y = {split: torch.zeros(8) for split in problem.data.y}
    problem = replace(problem, data=replace(problem.data, y=y, task="regression"))
    theta = torch.tensor([2.0, -1.0])
    table = functions.measure(problem, Subspace(theta[None], Points(1)), margin=0.5, resolution=9)
    np.testing.assert_allclose(table["x0"], np.linspace(-3, 5, 9))
    assert table["x1"].isna().all()
    np.testing.assert_allclose(table["output"], 2 * table["x0"] - 1, rtol=1e-6)


def test_networks_of_a_path_and_sources_of_a_pool(problem):
    runs = [sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=s) for s in (0, 1)]
    both = functions.measure(problem, pool.build(problem, runs), resolution=4)
    assert both.groupby("index")["source"].unique().map(list).tolist() == [[0], [1]]
    path = functions.measure(problem, line.build(problem, runs), resolution=4, networks=3)
    assert path["index"].unique().tolist() == [0, 1, 2]
    np.testing.assert_allclose(path.query("index == 2")["output"], both.query("index == 1")["output"], rtol=1e-5)
    x = problem.data.x["train"]
    low, high = x.amin(0), x.amax(0)
    assert both[["x0", "x1"]].min().tolist() == pytest.approx((low - 0.2 * (high - low)).tolist())
    assert both[["x0", "x1"]].max().tolist() == pytest.approx((high + 0.2 * (high - low)).tolist())


def test_batch_norm_is_calibrated_by_the_training_data():
    """The lattice has no part in it: the same function on any."""
    build = linear(2)
    problem = Problem(ParamSpace(lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))), build.data)
    network = Subspace(problem.init(0)[None], Points(1))
    wide = functions.measure(problem, network, box=[[-9, 9], [-9, 9]], resolution=3).set_index(["x0", "x1"])["output"]
    point = functions.measure(problem, network, box=[[0, 0], [0, 9]], resolution=[1, 2]).set_index(["x0", "x1"])["output"]
    assert point.loc[(0, 0)] == pytest.approx(wide.loc[(0, 0)], rel=1e-5)


def test_what_cannot_be_drawn_is_refused(problem, normalised):
    with pytest.raises(ValueError, match=r"over one or two inputs, and these are 1 x 5 x 5 of torch.uint8; name other data"):
        functions.measure(normalised, Subspace(normalised.init(0)[None], Points(1)))
    three = linear(2, outputs=3)
    with pytest.raises(ValueError, match="drawn of one output, and there are 3 classes; name data of two"):
        functions.measure(three, Subspace(three.init(0)[None], Points(1)))
    with pytest.raises(ValueError, match=r"box is \[\[0.0, 1.0\]\]; it must list \[low, high\] of each of the 2 inputs"):
        ll.measure.functions(problem, Subspace(problem.init(0)[None], Points(1)), box=[[0, 1]])


def test_the_seconds_of_points_by_a_clock_that_counts_gradients(problem, monkeypatch):
    """Half a second for each, ten for the first and for one in the middle, which the median leaves out."""
    taken, own = [], Problem.gradient

    def counted(self, *arguments, **options):
        taken.append(10.0 if len(taken) in (0, 5) else 0.5)
        return own(self, *arguments, **options)

    monkeypatch.setattr(Problem, "gradient", counted)
    monkeypatch.setattr(seconds.time, "perf_counter", lambda: sum(taken))
    run = sgd.build(problem, [], recipe=Recipe(4, 0.1), seed=0, snapshots=[1, 3])
    taken.clear()
    table = seconds.measure(problem, run, steps=9, batch_size=20)
    assert len(taken) == 10
    assert table["epochs"].tolist() == [1, 3, 4]
    assert table["epoch_seconds"].tolist() == 3 * [0.5 * problem.steps(20)]
    assert table["seconds"].tolist() == [e * 0.5 * problem.steps(20) for e in (1, 3, 4)]


def test_a_step_of_a_curve_against_one_of_a_network_by_the_same_clock(problem, monkeypatch):
    """Half a second for the network, three quarters for the curve, on the same minibatches; none is trained."""
    ends = [sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=s) for s in (0, 1)]
    bezier = curve.build(problem, ends, recipe=Recipe(1, 0.1, weight_decay=0.1), seed=0)
    taken, own = [], Problem.gradient

    def counted(self, theta, *arguments):
        taken.append(0.5 if torch.equal(theta, bezier.end) else 0.75)
        return own(self, theta, *arguments)

    monkeypatch.setattr(Problem, "gradient", counted)
    monkeypatch.setattr(seconds.time, "perf_counter", lambda: sum(taken))
    table = seconds.measure(problem, bezier, steps=4, batch_size=20)
    assert table["overhead"].tolist() == 3 * [1.5]
    assert len(taken) == 10
    assert seconds.measure(problem, ends[0], steps=1)["overhead"].isna().all()


def test_points_of_no_training_cost_nothing(problem):
    table = seconds.measure(problem, Subspace(torch.stack([problem.init(s) for s in (0, 1)]), PolyChain(2)), steps=2)
    assert table["seconds"].tolist() == [0, 0]
    assert (table["epoch_seconds"] > 0).all()
