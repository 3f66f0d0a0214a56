"""The loss inside a complex and on the spokes of a connector, against plain evaluations and a dense search."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from lossland.geometry.charts.complex import Complex
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.evaluate import calibrated, evaluate, mean_scores, score, slope
from lossland.landscape.subspace import Subspace
from lossland.methods import complex, connector, sgd, simplex
from lossland.options import Recipe
from lossland.probes import inside, landscape, spokes
from lossland.rng import stream
from lossland.workflow.store import DiskJournal

RECIPE = Recipe(epochs=30, lr=0.1, batch_size=32)


@pytest.fixture
def networks(problem):
    return [sgd.build(problem, [], recipe=RECIPE, seed=seed) for seed in (1, 2, 3)]


@pytest.fixture
def joined(problem, networks):
    return complex.build(problem, networks[:2], recipe=replace(RECIPE, epochs=3), seed=0, connectors=2)


def untrained(networks):
    """The simplex of networks as if all but the first had been added."""
    k = len(networks)
    notes = {"strength": torch.zeros(k - 1, dtype=torch.float64)}
    return Subspace(torch.stack([n.end for n in networks]), Complex(k, [range(k)]), notes)


def test_the_slope_of_the_loss_by_finite_differences(normalised):
    """Of the mean over uneven batches, without dropout, under statistics that stay."""
    theta = normalised.init(0)
    state = calibrated(normalised, theta)
    gradient, step = slope(normalised, theta, state), 1e-3
    direction = gradient / gradient.norm()
    above, below = (mean_scores(normalised, theta + s * step * direction, state, "train")[0].item() for s in (1, -1))
    assert (above - below) / (2 * step) == pytest.approx(gradient.norm().item(), rel=2e-3)
    assert torch.equal(gradient, slope(normalised, theta, state))


def test_a_score_that_a_task_has_not_is_nan():
    regression = SimpleNamespace(task=SimpleNamespace(SCORES=("nll", "squared_error")))
    table = torch.arange(12.0).view(3, 2, 2)
    assert torch.equal(score(regression, table, "nll"), table[:, :, 0])
    assert score(regression, table, "error").shape == (3, 2)
    assert score(regression, table, "error").isnan().all()


def test_samples_and_vertices_are_those_of_plain_evaluations(problem, joined):
    table = inside.measure(problem, joined, samples=7, stages=[1, 2], ascent=0, seed=3)
    assert table.groupby("stage")["simplex"].unique().map(list).to_dict() == {1: [0, 1], 2: [0, 1]}
    for (stage, number), rows in table.groupby(["stage", "simplex"]):
        own = [number, 2, 3][: stage + 1]
        u = torch.zeros(7, 4, dtype=torch.float64)
        u[:, own] = Complex(len(own), [range(len(own))]).sample(7, stream(3, "inside", stage, number))
        for coordinates, names in ((u, ("mean", "max")), (torch.eye(4, dtype=torch.float64)[own], (None, "vertices"))):
            plain = evaluate(problem, joined, coordinates, ["train", "test"])
            for i, split in enumerate(("train", "test")):
                row = rows.set_index("split").loc[split]
                for j, name in enumerate(("nll", "error")):
                    assert row[f"{name}_{names[1]}"] == plain[:, i, j].max()
                    if names[0]:
                        assert row[f"{name}_{names[0]}"] == pytest.approx(plain[:, i, j].mean().item())
                        worst = plain[plain[:, 0, 0].argmax(), i, j].item()
                        assert row[f"{name}_worst"] == worst, "no step was taken"


def test_the_worst_is_never_below_the_worst_sample_and_grows_with_the_steps(problem, networks):
    tables = [inside.measure(problem, untrained(networks), samples=5, ascent=n, splits=["train"]) for n in (0, 1, 4, 12)]
    worst = [table["nll_worst"].item() for table in tables]
    assert worst == sorted(worst)
    assert worst[0] == tables[0]["nll_max"].item()
    assert worst[-1] > worst[0]


def test_the_ascent_finds_the_barrier_between_two_networks(problem, networks):
    """Against a dense search of the segment, from one sample."""
    t = torch.linspace(0, 1, 401, dtype=torch.float64)[:, None]
    ends = torch.stack([n.end for n in networks[:2]])
    barrier = evaluate(problem, Subspace(ends, PolyChain(2)), t, ["train"])[:, 0, 0]
    assert barrier.max() > 1.3 * barrier[[0, -1]].max(), "there is one"
    found = inside.measure(problem, untrained(networks[:2]), samples=3, ascent=12, splits=["train"])["nll_worst"].item()
    assert 0.99 * barrier.max() < found < 1.01 * barrier.max()


def test_the_worst_is_the_same_whichever_splits_are_shown(problem, joined):
    whole = inside.measure(problem, joined, samples=4, ascent=2)
    test = inside.measure(problem, joined, samples=4, ascent=2, splits=["test"])
    expected = whole[whole["split"] == "test"].reset_index(drop=True)
    pd.testing.assert_frame_equal(test.reset_index(drop=True), expected, check_exact=True)
    assert whole["samples"].eq(4).all()


def test_the_inside_of_networks_with_batch_norm(normalised, tmp_path):
    """And again from a journal, to the bit."""
    recipe = Recipe(1, 0.05, batch_size=10)
    start = sgd.build(normalised, [], recipe=recipe, seed=0)
    around = simplex.build(normalised, [start], recipe=recipe, seed=0, vertices=2)
    tables = [inside.measure(normalised, around, samples=3, ascent=2)]
    for _ in range(2):
        tables.append(inside.measure(replace(normalised, journal=DiskJournal(tmp_path)), around, samples=3, ascent=2))
        pd.testing.assert_frame_equal(tables[-1], tables[0], check_exact=True)
    assert (tables[0]["nll_worst"] >= tables[0]["nll_max"])[tables[0]["split"] == "train"].all()


def test_stages_that_were_not_are_refused(problem, joined):
    with pytest.raises(ValueError, match="stages names 3, but 2 vertices were added; name some of 1 to 2"):
        inside.measure(problem, joined, stages=[1, 3])


def test_a_network_that_is_not_finite_is_the_worst(problem, networks):
    broken = untrained(networks)
    broken.anchors[1] = torch.nan
    table = inside.measure(problem, broken, samples=2, ascent=1)
    assert table[["nll_mean", "nll_max", "nll_worst", "nll_vertices"]].isna().all(axis=None)


def test_spokes_are_segments(problem, networks):
    joined = connector.build(problem, networks, recipe=replace(RECIPE, epochs=3), seed=0)
    table = spokes.measure(problem, joined, resolution=5, samples=6)
    assert len(table) == 2 * (3 * 3 * 5 + 6)
    ends = {"connector": 3 * [joined.end], "centroid": 3 * [joined.anchors[:3].mean(0)]}
    ends["optimum"] = [joined.anchors[i] for i in (1, 2, 0)]
    table = table.set_index(["to", "leg"]).sort_index()
    for to, points in ends.items():
        for leg, end in enumerate(points):
            segment = Subspace(torch.stack([joined.anchors[leg], end]), PolyChain(2))
            plain = landscape.measure(problem, segment, resolution=5)
            for (side, quantity), rows in plain.groupby(["split", "quantity"]):
                if quantity in ("nll", "error"):
                    own = table.loc[(to, leg)]
                    own = own[own["split"] == side].sort_values("index")
                    np.testing.assert_allclose(own[quantity], rows["value"], atol=0.02 if quantity == "error" else 1e-4)
                    assert own["t"].tolist() == rows["u0"].tolist()
    drawn = table.loc["simplex"]
    assert drawn["t"].isna().all()
    assert drawn["nll"].between(0, table["nll"].max() * 1.5).all()
    starts = table.query("t == 0 and split == 'train'").groupby("leg")["nll"].nunique()
    assert starts.tolist() == [1, 1, 1], "all legs of an optimum begin there"


def test_spokes_of_more_than_one_connector_are_refused(problem, joined, networks):
    with pytest.raises(ValueError, match="from networks to one connector, and there are 2 and 2; name a connector"):
        spokes.measure(problem, joined)
    with pytest.raises(ValueError, match="there are 1 and 1; name a connector"):
        spokes.measure(problem, untrained(networks[:2]))
