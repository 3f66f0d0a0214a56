"""What networks predict, along paths, in pairs and in the course of a training: against closed forms and plain computations."""

import itertools

import numpy as np
import pytest
import torch
from formulas import formula
from planted import planted

from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.evaluate import evaluate
from lossland.landscape.subspace import Subspace
from lossland.methods import chain, fge, line, pool, sgd
from lossland.options import Recipe
from lossland.probes import disagreement, dynamics, ensemble, landscape, path_ensemble, shape


def values(table, member):
    return table[table["member"] == member].pivot(index="u0", columns="quantity", values="value")


def test_members_of_a_path_in_closed_form():
    """Logits (5t, 0), every fourth label of the other class: p_t = sigmoid(5t), and T makes any t > 0 say 3/4."""
    y = (torch.arange(80) % 8 < 2).long()  # a quarter of the odd examples, and of the even ones
    problem = formula(lambda theta, x: theta.expand(len(x), 2), 2, torch.zeros(80, 1), y)
    segment = Subspace(torch.tensor([[0.0, 0.0], [5.0, 0.0]]), PolyChain(2))
    table = path_ensemble.measure(problem, segment, resolution=6)
    t = np.linspace(0, 1, 6)
    p = 1 / (1 + np.exp(-5 * t))
    nll = {"alone": p, "with start": (p + 0.5) / 2, "scaled": np.where(t > 0, 0.75, 0.5)}
    for member, right in nll.items():
        expected = -0.75 * np.log(right) - 0.25 * np.log(1 - right)
        np.testing.assert_allclose(values(table, member)["nll"], expected, atol=1e-6)
    np.testing.assert_allclose(values(table, "alone")["error"].iloc[1:], 0.25)
    np.testing.assert_allclose(values(table, "alone")["brier"], 2 * (0.75 * (1 - p) ** 2 + 0.25 * p**2), rtol=1e-6)


def test_a_path_agrees_with_the_ensembles_of_its_ends(problem):
    ends = [sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=s) for s in (0, 1)]
    table = path_ensemble.measure(problem, line.build(problem, ends), resolution=3)
    ours = values(table, "with start")
    pairs = ensemble.measure(problem, pool.build(problem, ends)).set_index("size")
    for quantity in ("nll", "error", "brier", "ece"):
        assert ours.loc[1, quantity] == pytest.approx(pairs.loc[2, quantity])
        assert ours.loc[0, quantity] == pytest.approx(pairs.loc[1, quantity].iloc[0])
    blocks = path_ensemble.measure(problem, line.build(problem, ends), resolution=None, blocks=2)
    assert sorted(blocks["u0"].unique()) == pytest.approx(np.linspace(0, 1, 11)), "nine points between the corners"
    parts = blocks[blocks["quantity"] == "nll"].pivot(index=["u0", "member"], columns="block", values="value")
    assert parts[[1, 2]].mean(axis=1).to_numpy() == pytest.approx(parts[0].to_numpy()), "two halves of the examples"
    assert (parts[1] != parts[2]).all()
    scaled = ensemble.measure(problem, pool.build(problem, ends), scaled=True).set_index("size").loc[1].iloc[1]
    assert values(table, "scaled").loc[1, "nll"] == pytest.approx(scaled["nll"])


def test_a_line_that_goes_on_beyond_its_networks_has_other_ends(problem):
    """Its first point is no network; a path of another barrier and length would be measured."""
    ends = [Subspace(problem.init(s)[None], Points(1)) for s in (0, 1)]
    beyond, path = (line.build(problem, ends, beyond=b) for b in (0.5, 0))
    with pytest.raises(ValueError, match=r"needs a path from t = 0 to 1, and there is one from -0.5 to 1.5"):
        path_ensemble.measure(problem, beyond, resolution=5)
    with pytest.raises(ValueError, match=r"shape condenses a path from t = 0 to 1, and this one goes from -0.5 to 1.5"):
        shape.measure(landscape.measure(problem, beyond, resolution=5))
    found = shape.measure(landscape.measure(problem, path, resolution=5))
    assert found["length"].tolist() == pytest.approx([float((ends[0].end - ends[1].end).norm())] * 6, rel=1e-5)
    assert found["ratio"].tolist() == pytest.approx([1] * 6)
    t = np.linspace(0, 1, 101)
    for values, climb in (
        (1 - t, 0),
        (np.cos(4 * np.pi * t), 2),
        ((t - 0.25) ** 2, 0.75**2),
        (np.abs(t - 0.5) - (t > 0.9), 0.4),
    ):
        way = planted("landscape", labels=["a"], runs=1, u0=t, arc=lambda row: row.u0, displacement=lambda row: row.u0,
                      value=lambda row, v=values: v[round(100 * row.u0)])  # fmt: skip
        assert shape.measure(way)["climb"].item() == pytest.approx(climb), "from the lowest point before"
    assert path_ensemble.measure(problem, path, resolution=5)["u0"].unique().tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_a_line_may_start_where_a_training_was(problem):
    """From the initialisation straight to the end of a training, however many points it kept between."""
    run = sgd.build(problem, [], recipe=Recipe(3, 0.1), seed=1, snapshots=[0, 1])
    way = line.build(problem, [run], start=0)
    torch.testing.assert_close(way.anchors, torch.stack([problem.init(1), run.end]))
    with pytest.raises(ValueError, match="there is no snapshot of epoch 2, only of 0, 1, 3"):
        line.build(problem, [run], start=2)
    with pytest.raises(ValueError, match="a line joins two networks, and there is one; name another, or the epoch"):
        line.build(problem, [run])


def test_disagreement_of_thresholds_is_the_share_between_them():
    """Classifiers [x > theta] on 100 points of (0, 1): two disagree on |theta - theta'|; labels are those of theta = 1/2."""
    x = (torch.arange(100)[:, None] + 0.5) / 100
    problem = formula(lambda theta, x: torch.cat([torch.zeros_like(x), x - theta], 1), 1, x, (x[:, 0] > 0.5).long())
    thresholds = [0.2, 0.5, 0.9]
    runs = [Subspace(torch.tensor([[a], [b]]), Points(2)) for a, b in (thresholds[:2], [0.9, 0.9])]
    table = disagreement.measure(problem, pool.build(problem, runs, trajectories=True))
    place = [*thresholds, 0.9]
    assert list(zip(table["first"], table["second"], strict=True)) == list(itertools.combinations(range(4), 2))
    apart = [abs(place[i] - place[j]) for i, j in itertools.combinations(range(4), 2)]
    np.testing.assert_allclose(table["disagreement"], apart, atol=1e-12)
    np.testing.assert_allclose(table["distance"], apart, rtol=1e-6)
    assert table["same_source"].tolist() == [True, False, False, False, False, True]
    np.testing.assert_allclose(table["error_first"], [0.3, 0.3, 0.3, 0, 0, 0.4], atol=1e-12)
    np.testing.assert_allclose(table["error_second"], [0, 0.4, 0.4, 0.4, 0.4, 0.4], atol=1e-12)


def test_dynamics_of_fge_are_its_points(problem):
    recipe = Recipe(6, 0.1, batch_size=16, weight_decay=1e-2)
    start = sgd.build(problem, [], recipe=recipe, seed=0)
    run = fge.build(problem, [start], recipe=recipe, seed=0, low=0.01, cycle=4, keep_start=True, per_cycle=4)
    table = dynamics.measure(problem, run)
    nll = table[(table["split"] == "test") & (table["quantity"] == "nll")].reset_index(drop=True)
    assert nll["epoch"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert nll["lr"].iloc[[2, 6]].tolist() == pytest.approx([0.01, 0.01])
    assert nll["lr"].drop([2, 6]).min() > 0.01
    np.testing.assert_allclose(nll["distance"], [(a - start.end).norm() for a in run.anchors], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(nll["norm"], run.anchors.norm(dim=1), rtol=1e-5)
    np.testing.assert_allclose(nll["value"], evaluate(problem, run, run.chart.grid(), ["test"])[:, 0, 0])
    loss = table[(table["split"] == "test") & (table["quantity"] == "loss")]
    np.testing.assert_allclose(loss["value"].to_numpy() - nll["value"], 0.005 * nll["norm"] ** 2)
    with pytest.raises(ValueError, match="notes no epochs"):
        dynamics.measure(problem, pool.build(problem, [start, run]))


def test_a_chain_meets_its_networks_at_equal_shares_of_t(problem):
    run = sgd.build(problem, [], recipe=Recipe(4, 0.1, weight_decay=1e-2), seed=0, snapshots=[0, 2])
    path = chain.build(problem, [run])
    assert torch.equal(path.at(path.notes["mark.network"]), run.anchors)
    table = landscape.measure(problem, path, resolution=5, splits=["test"])
    at = {mark: table[(table["mark"] == mark) & (table["quantity"] == "loss")] for mark in ("grid", "network")}
    np.testing.assert_allclose(at["network"]["value"], at["grid"]["value"].iloc[::2])
    np.testing.assert_allclose(at["network"]["u0"], [0, 0.5, 1])
    pieces = run.anchors.double().diff(dim=0).norm(dim=1)
    assert shape.measure(table)["length"].iloc[0] == pytest.approx(pieces.sum().item(), rel=1e-5)
    with pytest.raises(ValueError, match="keeps several"):
        chain.build(problem, [sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=0)])
