"""How far random directions lead to a level of a loss that is known, and the scores of random cuts."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.evaluate import evaluate
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import sgd
from lossland.options import Recipe
from lossland.probes import cuts, tunnel_width

D, FLOOR = 40, 0.05


class Bowl(nn.Module):
    """Logits (0, z) whose cross-entropy at class 0, log(1 + e^z), is q = FLOOR + sum_i a_i (w_i - 1)^2 / 2 up to q = wall."""

    def __init__(self, curvature, wall=math.inf):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(D))
        self.register_buffer("a", torch.as_tensor(curvature).expand(D).clone())
        self.wall = wall

    def forward(self, x):
        q = FLOOR + 0.5 * (self.a * (self.w - 1).square()).sum()
        z = torch.where(q > self.wall, torch.nan, q + (-(-q).exp()).log1p())
        return torch.stack([torch.zeros_like(z), z]).expand(len(x), 2)


def bowl(curvature, **options):
    x = dict.fromkeys(("train", "val", "test"), torch.zeros(6, 1))
    data = Arrays(x, {s: torch.zeros(6, dtype=torch.int64) for s in x}, 2)
    return Problem(ParamSpace(lambda: Bowl(curvature, **options)), data)


def at(value):
    return Subspace(torch.full((1, D), value), Points(1))


@pytest.mark.parametrize("curvature", [1e-3, 0.7, 50.0, 1e5])
@pytest.mark.parametrize("rise", [0.3, 1.0])
def test_the_width_of_a_round_bowl(curvature, rise):
    """From its bottom q = FLOOR + a s^2 / 2 along any direction; narrower than the first step of the search, and wider."""
    table = tunnel_width.measure(bowl(curvature), at(1.0), directions=4, furthest=50.0, tolerance=1e-4, rise=rise)
    expected = math.sqrt(2 * rise / curvature)
    np.testing.assert_allclose(table["distance"], expected, rtol=2e-3)
    np.testing.assert_allclose(table["norm"], math.sqrt(D), rtol=1e-6)
    np.testing.assert_allclose(table["share"], expected / math.sqrt(D), rtol=2e-3)
    np.testing.assert_allclose(table["angle"], math.atan(expected / math.sqrt(D)), rtol=2e-3)
    np.testing.assert_allclose(table["loss"], FLOOR, rtol=1e-4)
    np.testing.assert_allclose(table["level"], FLOOR + rise, rtol=1e-4)
    assert not table["open"].any()


def test_the_mean_curvature_along_random_directions_is_that_of_the_trace():
    """1 / distance^2 = d^T A d / 2, of mean tr A / (2 D): and directions differ, by less in the mean of more."""
    curvature = torch.linspace(0.1, 3.0, D)
    table = tunnel_width.measure(bowl(curvature), at(1.0), directions=60, tolerance=1e-4)
    inverse = table["distance"].to_numpy() ** -2
    assert inverse.std() > 0.01
    assert inverse.mean() == pytest.approx(curvature.mean().item() / 2, abs=4 * inverse.std() / math.sqrt(60))


def test_a_direction_is_its_own_whatever_their_number():
    few, many = (tunnel_width.measure(bowl(torch.linspace(0.1, 3, D)), at(1.0), directions=n) for n in (2, 5))
    assert few["distance"].tolist() == many["distance"].tolist()[:2]
    other = tunnel_width.measure(bowl(torch.linspace(0.1, 3, D)), at(1.0), directions=2, seed=1)
    assert not set(other["distance"]) & set(few["distance"])


def test_networks_are_compared_at_one_loss():
    """On the way to the bottom, q = FLOOR + D s^2 / 2 at a distance of s in each direction; diverged points are passed over."""
    way = Subspace(torch.stack([torch.full((D,), 1 + s) for s in (1e6, 1.0, 0.5, 0.2, 0.0)]), Points(5))
    found = {
        loss: tunnel_width.measure(bowl(1.0, wall=1e6), way, directions=2, at_loss=loss)["loss"].iloc[0]
        for loss in (30, 5.5, 0.06)
    }
    assert found == pytest.approx({30: FLOOR + D / 2, 5.5: FLOOR + D / 8, 0.06: FLOOR}, rel=1e-4)


def test_the_search_ends_where_it_is_told():
    table = tunnel_width.measure(bowl(1e-3), at(1.0), directions=2, furthest=2.0)
    assert table["open"].all()
    np.testing.assert_allclose(table["share"], 2.0)
    near = tunnel_width.measure(bowl(1e-3), at(1.0), directions=2, furthest=0.001)
    np.testing.assert_allclose(near["share"], 0.001)
    assert near["open"].all()


def test_what_is_not_finite_is_above_the_level():
    """A wall of NaN at half the rise: the width is the distance to it."""
    table = tunnel_width.measure(bowl(0.7, wall=FLOOR + 0.5), at(1.0), directions=3, rise=1.0, tolerance=1e-4)
    np.testing.assert_allclose(table["distance"], math.sqrt(2 * 0.5 / 0.7), rtol=2e-3)
    assert not table["open"].any()


def test_a_network_that_is_not_finite_has_no_width():
    table = tunnel_width.measure(bowl(0.7, wall=0.0), at(1.0), directions=2)
    assert table[["loss", "level", "distance", "share", "angle"]].isna().all(axis=None)
    assert not table["open"].any()


def test_the_level_is_reached_where_a_plain_evaluation_reaches_it(normalised):
    """Networks with batch norm and dropout: below the level before the crossing, above it after."""
    network = sgd.build(normalised, [], recipe=Recipe(2, 0.05, batch_size=10), seed=0, snapshots=[0])
    table = tunnel_width.measure(normalised, network, directions=2, rise=0.2)
    loss = evaluate(normalised, Subspace(network.end[None], Points(1)), torch.zeros(1, 1), ["train"])[0, 0, 0].item()
    assert table["loss"].tolist() == [loss, loss]
    assert (~table["open"]).all()
    assert table["norm"].tolist() == pytest.approx(2 * [network.end.norm().item()])


def test_random_cuts_have_the_scores_of_their_points(problem):
    points = torch.stack([problem.init(seed) for seed in range(3)])
    notes = {"dimension": torch.tensor([1, 3, 3]), "radius": torch.tensor([0.5, 0.5, 2.0], dtype=torch.float64)}
    found = Subspace(points, Points(3), notes)
    table = cuts.measure(problem, found)
    plain = evaluate(problem, found, found.chart.grid(), ["train", "test"])
    for i, split in enumerate(("train", "test")):
        rows = table[table["split"] == split]
        assert rows["nll"].tolist() == plain[:, i, 0].tolist()
        assert rows["error"].tolist() == plain[:, i, 1].tolist()
        assert rows["dimension"].tolist() == [1, 3, 3]
        assert rows["radius"].tolist() == [0.5, 0.5, 2.0]
        np.testing.assert_allclose(rows["norm"], points.double().norm(dim=1), rtol=1e-9)
    with pytest.raises(ValueError, match="cuts measures points of random cuts, and Points"):
        cuts.measure(problem, Subspace(points, Points(3)))
