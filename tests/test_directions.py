"""Random directions against the formulas of Li et al. 2018 (arXiv 1712.09913), written out for each kind of module."""

import math

import pytest
import torch
from formulas import formula
from torch import nn

from lossland.geometry.measures import project
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import init_plane, pca_plane, random_plane, sgd
from lossland.options import Recipe
from lossland.probes import directions, landscape, projection
from lossland.rng import stream


class Modules(nn.Module):
    """One of each kind whose filters lie differently; never called."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, groups=1)
        self.transposed = nn.ConvTranspose2d(4, 6, 2, groups=2)
        self.embedding = nn.Embedding(5, 4)
        self.norm = nn.BatchNorm2d(3)
        self.layer_norm = nn.LayerNorm(4)
        self.linear = nn.Linear(4, 2)
        self.scale = nn.Parameter(torch.tensor(2.0))


# name -> index of each filter in the tensor, as the layer's own documentation lays its weight out
FILTERS = {
    "conv.weight": [(i,) for i in range(3)],  # [out, in, ...]
    # [in, out / groups, ...]: inputs 0, 1 and outputs 0..2 are group 0
    "transposed.weight": [(slice(2 * g, 2 * g + 2), j) for g in range(2) for j in range(3)],
    "embedding.weight": [(i,) for i in range(5)],
    "linear.weight": [(i,) for i in range(2)],
    "scale": [()],
}
BIASES = ["conv.bias", "transposed.bias", "linear.bias"]
NORMS = ["norm.weight", "norm.bias", "layer_norm.weight", "layer_norm.bias"]


@pytest.fixture
def space():
    return ParamSpace(Modules)


def drawn(space, **options):
    theta = space.init(3)
    theta[space.mask([])] *= torch.linspace(0.5, 2, space.dimension)
    raw = torch.randn(space.dimension, generator=stream(1))
    d = torch_direction(space, theta, **options)
    return space.unravel(theta), space.unravel(raw), space.unravel(d)


def torch_direction(space, theta, **options):
    from lossland.landscape.directions import random_direction

    return random_direction(space, theta, stream(1), **options)


def test_each_filter_has_the_norm_of_that_of_the_network(space):
    w, raw, d = drawn(space, normalisation="filter")
    for name, filters in FILTERS.items():
        for index in filters:
            expected = raw[name][index] * w[name][index].norm() / raw[name][index].norm()
            torch.testing.assert_close(d[name][index], expected)
    assert all(not d[name].any() for name in BIASES + NORMS)
    assert set(d) == {*FILTERS, *BIASES, *NORMS}


def test_each_layer_has_the_norm_of_that_of_the_network(space):
    w, raw, d = drawn(space, normalisation="layer")
    for name in FILTERS:
        torch.testing.assert_close(d[name], raw[name] * w[name].norm() / raw[name].norm())


def test_without_normalisation_a_direction_is_gaussian(space):
    _, raw, d = drawn(space, normalisation="none")
    for name in FILTERS:
        torch.testing.assert_close(d[name], raw[name], rtol=0, atol=0)
    assert all(not d[name].any() for name in BIASES + NORMS)


@pytest.mark.parametrize("leave_out", [(), ("bias",), ("norm",), ("weight",)])
def test_what_is_left_out_is_what_is_named(space, leave_out):
    w, raw, d = drawn(space, normalisation="filter", leave_out=leave_out)
    kinds = {"weight": FILTERS, "bias": BIASES, "norm": NORMS}
    for kind, names in kinds.items():
        assert all(bool(d[name].any()) == (kind not in leave_out and bool(w[name].any())) for name in names)
    if not leave_out:  # entries of a vector are filters of one: as long as the network's, with a random sign
        torch.testing.assert_close(d["norm.weight"], w["norm.weight"].abs() * raw["norm.weight"].sign())


def test_a_dead_filter_stays_dead(space):
    theta = space.init(0)
    space.unravel(theta)["conv.weight"][1] = 0
    d = space.unravel(torch_direction(space, theta))
    assert not d["conv.weight"][1].any()
    assert d["conv.weight"][0].any()


@pytest.mark.parametrize("normalisation", ["filter", "layer"])
def test_a_step_of_one_is_as_long_as_what_is_not_left_out(normalised, normalisation):
    network = sgd.build(normalised, [], recipe=Recipe(1, 0.1), seed=0)
    plane = random_plane.build(normalised, [network], seed=4, directions=3, normalisation=normalisation)
    part = network.end[normalised.space.mask(["bias", "norm"])]
    assert plane.chart.m == 3
    for d in plane.anchors[1:]:
        assert float(d.norm()) == pytest.approx(float(part.norm()), rel=1e-6)


def test_networks_of_one_architecture_share_their_raw_directions(normalised):
    """The seed names them: not the network, not what was drawn before."""
    networks = [sgd.build(normalised, [], recipe=Recipe(e, 0.1), seed=e) for e in (1, 2)]
    (one, two), (other, _) = (
        [random_plane.build(normalised, [n], seed=s, normalisation="none").anchors[1:] for n in networks] for s in (0, 1)
    )
    assert torch.equal(one, two)
    assert not torch.equal(one[0], one[1])
    assert (one == other).sum(1).tolist() == [int((~normalised.space.mask(["bias", "norm"])).sum())] * 2


def test_least_squares_in_a_skew_plane():
    rng = torch.Generator().manual_seed(0)
    origin, u = torch.randn(50, generator=rng), torch.randn(6, 2, generator=rng, dtype=torch.float64)
    d = torch.randn(2, 50, generator=rng)
    d[1] += 3 * d[0]
    away = torch.randn(6, 50, generator=rng, dtype=torch.float64)
    q, _ = torch.linalg.qr(d.double().T)
    away -= away @ q @ q.T
    found, outside = project((origin.double() + u @ d.double() + away).float(), origin, d)
    torch.testing.assert_close(found, u, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(outside, away.norm(dim=1), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="directions depend on one another"):
        project(origin[None], origin, torch.stack([d[0], -2 * d[0]]))


def planted(problem, points):
    """A trajectory through `points` [n D] after epochs 0, 1, ..."""
    from lossland.geometry.charts.points import Points

    n = len(points)
    return Subspace(points.float(), Points(n), {"epoch": torch.arange(n).double(), "lr": torch.full((n,), 0.1).double()})


def test_principal_components_are_those_of_a_planted_plane(problem):
    rng, dimension = torch.Generator().manual_seed(0), problem.space.dimension
    axes = torch.linalg.qr(torch.randn(dimension, 2, generator=rng, dtype=torch.float64))[0].T
    u = torch.tensor([[9.0, 0.0], [6.0, 2.0], [3.0, -2.0], [0.0, 0.0]]).double()
    run = planted(problem, torch.randn(dimension, generator=rng) + u @ axes)
    for centred in (True, False):
        plane = pca_plane.build(problem, [run], centred=centred)
        table = projection.measure(problem, plane)
        assert table["outside"].max() < 1e-5
        moved = u - u.mean(0) if centred else u
        _, s, vt = torch.linalg.svd(moved)
        expected = u @ vt.T * torch.sign(vt @ u[0])
        found = torch.tensor(table[["u0", "u1"]].to_numpy())
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
        assert (found[0] > 0.1).all(), "the start lies on the positive side of both"
        torch.testing.assert_close(torch.tensor(table["distance"].to_numpy()), u.norm(dim=1), rtol=1e-4, atol=1e-4)
        shares = directions.measure(problem, plane).set_index("quantity")["value"]
        name = "centred" if centred else "uncentred"
        torch.testing.assert_close(torch.tensor(shares[name].to_numpy()), s**2 / (s**2).sum(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("margin", [None, 0, 1.5])
@pytest.mark.parametrize(("method", "options"), [(pca_plane, {}), (init_plane, {"seed": 0})], ids=["pca", "init"])
def test_a_plane_is_a_square_around_its_trajectory_and_a_margin(normalised, method, options, margin):
    run = sgd.build(normalised, [], recipe=Recipe(4, 0.1), seed=0, snapshots=[0, 1, 2])
    plane = method.build(normalised, [run], **options, **({} if margin is None else {"margin": margin}))
    u = plane.notes["trajectory"]
    low, high = u.amin(0), u.amax(0)
    side = (high - low).max()
    box = torch.tensor(plane.chart.box, dtype=torch.float64)
    torch.testing.assert_close(box.mean(1), (low + high) / 2)
    torch.testing.assert_close(box[:, 1] - box[:, 0], (side * (1 + 2 * (0.2 if margin is None else margin))).expand(2))
    torch.testing.assert_close(plane.notes["distance"], (run.anchors - run.end).double().norm(dim=1), rtol=1e-5, atol=1e-6)


def test_the_initialisation_lies_on_the_first_axis(normalised):
    run = sgd.build(normalised, [], recipe=Recipe(4, 0.1), seed=0, snapshots=[0, 1, 2])
    plane = init_plane.build(normalised, [run], seed=0)
    table = projection.measure(normalised, plane)
    start = table.iloc[0]
    assert start["u0"] == pytest.approx(float((run.anchors[0] - run.end).norm()), rel=1e-5)
    assert start["u1"] == pytest.approx(0, abs=1e-5)
    assert start["outside"] == pytest.approx(0, abs=1e-4)
    torch.testing.assert_close(plane.anchors[1:].norm(dim=1), torch.ones(2))
    assert (table["distance"] ** 2 >= table["outside"] ** 2 - 1e-9).all()
    d, left_out = plane.anchors[2], ~normalised.space.mask(["bias", "norm"])
    raw = torch.randn(len(d), generator=stream(0, "direction", 1)).masked_fill(left_out, 0)
    torch.testing.assert_close(d, raw / raw.norm())
    assert plane.anchors[1][left_out].any(), "the way itself has all parameters"
    with pytest.raises(ValueError, match="no snapshot of epoch 0"):
        init_plane.build(normalised, [sgd.build(normalised, [], recipe=Recipe(1, 0.1), seed=0)], seed=0)


def test_angles_are_reported_beside_what_is_expected(normalised):
    network = sgd.build(normalised, [], recipe=Recipe(1, 0.1), seed=0)
    plane = random_plane.build(normalised, [network], seed=0, directions=3, normalisation="none")
    table = directions.measure(normalised, plane).set_index(["quantity", "first", "second"])["value"]
    a, b = plane.anchors[1].double(), plane.anchors[3].double()
    assert table["cosine", 0, 2] == pytest.approx(float(a @ b / a.norm() / b.norm()))
    n = int(normalised.space.mask(["bias", "norm"]).sum())
    assert table["expected", 0, 1] == pytest.approx(math.sqrt(2 / math.pi / n))
    assert table["norm", 1, 1] == pytest.approx(float(plane.anchors[2].norm()))


def test_a_grid_that_is_not_square_lands_where_it_should():
    """The loss at (u0, u1), of logits (u0, u1, 0), is the closed form on every point of 3 x 5; x and y are never swapped."""
    from lossland.geometry.charts.affine import Affine

    logits = lambda theta, x: torch.cat([theta, theta.new_zeros(1)]).expand(len(x), 3)  # noqa: E731
    problem = formula(logits, 2, torch.zeros(4, 1), torch.tensor([0, 0, 1, 2]), 3)
    plane = Subspace(torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), Affine(3, [(-2, 1), (0, 4)]))
    table = landscape.measure(problem, plane, resolution=[3, 5], splits=["train"])
    table = table[table["quantity"] == "nll"]
    assert len(table) == 15
    assert sorted(table["u0"].unique()) == [-2, -0.5, 1]
    assert sorted(table["u1"].unique()) == [0, 1, 2, 3, 4]
    for x, y, value in table[["u0", "u1", "value"]].itertuples(index=False):
        normaliser = math.log(math.exp(x) + math.exp(y) + 1)
        assert value == pytest.approx(normaliser - (2 * x + y) / 4, rel=1e-5)
    with pytest.raises(ValueError, match="resolution lists 3 numbers, but there are 2 axes"):
        landscape.measure(problem, plane, resolution=[3, 5, 7])
    far = Subspace(torch.tensor([[float("nan"), 0.0], [1.0, 0.0], [0.0, 1.0]]), Affine(3, [(-2, 1), (0, 4)]))
    kept = landscape.measure(problem, far, resolution=[2, 3], splits=["train"])
    assert len(kept) == 6 * 3
    assert kept[kept["quantity"] == "nll"]["value"].isna().all()


def test_some_examples_of_each_split(normalised):
    """A landscape of 6 examples is that of a dataset of these 6, which are at even distances."""
    from dataclasses import replace

    network = sgd.build(normalised, [], recipe=Recipe(1, 0.1), seed=0)
    line = random_plane.build(normalised, [network], seed=0, directions=1)
    data = normalised.data
    few = [{s: t[torch.arange(6) * len(t) // 6] for s, t in part.items()} for part in (data.x, data.y)]
    few = replace(data, x=few[0], y=few[1])
    found = landscape.measure(normalised, line, resolution=3, examples=6)
    expected = landscape.measure(replace(normalised, data=few), line, resolution=3)
    assert found.equals(expected)
    assert not found.equals(landscape.measure(normalised, line, resolution=3))
