"""Draws of subspaces, faces and edges of complexes, bundles of curves, fine-tuning: laws in closed form, and what each has cost."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from interrupted import resumed
from test_samples import assert_gaussian, flat
from torch.nn import functional as F

import lossland as ll
from lossland.geometry.charts import chart
from lossland.geometry.charts.affine import Affine
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.bundle import Bundle
from lossland.geometry.charts.complex import Complex
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.objectives import expected_loss
from lossland.landscape.schedules import learning_rate
from lossland.landscape.simplexes import by_volume
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.methods import curve, draws, edges, face, fine_tune, line, plane, pool, sgd, simplex, swag_curve
from lossland.options import Recipe
from lossland.probes import ensemble, landscape

MANY = 20_000
RECIPE = Recipe(epochs=3, lr=0.05, batch_size=20, schedule="constant", weight_decay=1e-3)


def test_draws_of_a_simplex_are_flat_dirichlet():
    """Mean 1/k, variance (k-1) / k^2 (k+1), covariance -1 / k^2 (k+1)."""
    k = 4
    made = draws.build(flat(k), [Subspace(torch.eye(k), Complex(k, [range(k)]))], seed=0, samples=MANY)
    covariance = (np.eye(k) * k - 1) / (k**2 * (k + 1))
    assert_gaussian(made.anchors.double().numpy(), np.full(k, 1 / k), covariance)


def test_a_complex_is_drawn_from_by_volume():
    """Two triangles on one edge, of areas 1/2 and 3/2: three quarters of the points lie in the second, uniformly."""
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, -3.0]])
    complex = by_volume(Subspace(corners, Complex(4, [[0, 1, 2], [0, 1, 3]])))
    x, y = draws.build(flat(2), [complex], seed=1, samples=MANY).anchors.double().T
    below = y < 0
    assert abs(below.double().mean() - 0.75) < 5 * (0.75 * 0.25 / MANY) ** 0.5
    assert abs((y[below] < -3 * (1 - 0.5**0.5)).double().mean() - 0.5) < 5 * 0.5 / below.sum().sqrt(), "half of the area"
    assert (x >= 0).all()
    assert (x + torch.where(below, -y / 3, y) <= 1 + 1e-6).all()


def test_a_simplex_of_two_vertices_is_the_line(problem):
    ends = [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in (0, 1)]
    segment = line.build(problem, ends)
    pair = Subspace(segment.anchors, Complex(2, [[0, 1]]))
    u = pair.chart.sample(MANY, torch.Generator().manual_seed(0))
    torch.testing.assert_close(pair.at(u[:9]), segment.at(u[:9, 1:]))
    t = u[:, 1].sort().values
    assert (t - torch.linspace(0, 1, MANY)).abs().max() < 1.95 / MANY**0.5, "uniform, Kolmogorov's test at 0.1 %"


@pytest.mark.parametrize("c", [Points(4), PolyChain(4), Bezier(4), Bundle(4), Affine(4, ((-1, 1), (0, 2), (3, 4)))], ids=repr)
def test_draws_lie_in_the_subspace_that_they_are_from(c):
    torch.manual_seed(0)
    anchors = torch.randn(4, 9)
    made = draws.build(flat(9), [Subspace(anchors, c, {"weight_decay": torch.tensor(0.1)})], seed=0, samples=50)
    assert made.chart == Points(50)
    assert made.decay == {"weight_decay": torch.tensor(0.1)}
    assert not made.spent.any()
    if isinstance(c, Points):
        assert {tuple(row) for row in made.anchors.tolist()} == {tuple(row) for row in anchors.tolist()}
    elif c.barycentric:
        basis = torch.cat([anchors, torch.ones(4, 1)], 1)
        points = torch.cat([made.anchors, torch.ones(50, 1)], 1)
        found = torch.linalg.lstsq(basis.T, points.T).solution
        torch.testing.assert_close(basis.T @ found, points.T, rtol=1e-4, atol=1e-5)
        assert (found > -1e-5).all()
    else:
        u = torch.linalg.lstsq(anchors[1:].T, (made.anchors - anchors[0]).T).solution.T
        assert (u.amin(0) > torch.tensor([-1, 0, 3]) - 1e-4).all()
        assert (u.amax(0) < torch.tensor([1, 2, 4]) + 1e-4).all()


def test_draws_pay_for_all_of_their_simplex(problem):
    """1 epoch of the network, and 2 vertices of 1 epoch at 3 points a step: 7 passes, however many are drawn."""
    recipe = replace(RECIPE, epochs=1)
    parts = []
    for seed in (0, 1):
        network = sgd.build(problem, [], recipe=recipe, seed=seed)
        grown = simplex.build(problem, [network], recipe=recipe, seed=seed, vertices=2, samples=3)
        parts.append(draws.build(problem, [grown], seed=seed, samples=4))
        assert parts[-1].spent.tolist() == [7.0] * 4
    pooled = pool.build(problem, parts, trajectories=True)
    table = ensemble.measure(problem, pooled, by="source").set_index(["size", "subset"])
    assert table.loc[(1, 0), "members"] == "0 1 2 3"
    assert table.loc[(1, 1), "epochs"] == 7
    assert table.loc[(2, 0), "epochs"] == 14


def test_a_face_goes_through_its_vertices_and_is_the_plane_of_three_networks(problem):
    networks = [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in range(4)]
    complex = Subspace(torch.stack([n.end for n in networks]), Complex(4, [[0, 1, 3], [1, 2, 3]]), networks[0].decay)
    made = face.build(problem, [complex], vertices=[3, 0, 2])
    torch.testing.assert_close(made.at(made.notes["mark.spanning"]), complex.anchors[[3, 0, 2]])
    same = plane.build(problem, [networks[i] for i in (3, 0, 2)])
    assert torch.equal(made.anchors, same.anchors)
    assert made.chart == same.chart
    along = edges.build(problem, [complex], vertices=[1, 3, 2])
    chain = line.build(problem, [networks[i] for i in (1, 3, 2)])
    assert torch.equal(along.anchors, chain.anchors)
    assert along.chart == chain.chart
    assert along.decay == networks[0].decay


@pytest.mark.parametrize(
    ("method", "vertices", "sentence"),
    [
        ("face", [0, 1], r"face\.vertices is \[0, 1\]: must list 3"),
        ("face", [0, 1, 4], "vertex 4 is named, but there are 3"),
        ("face", [0, 1, 1], "on one line"),
        ("edges", [2], r"edges\.vertices is \[2\]: must list 2 or more"),
        ("edges", [0, 3], "vertex 3 is named, but there are 3"),
    ],
)
def test_vertices_that_span_nothing_are_refused(problem, method, vertices, sentence):
    torch.manual_seed(0)
    anchors = torch.randn(3, problem.space.dimension)
    source = Subspace(anchors, Complex(3, [[0, 1, 2]]))
    with pytest.raises(ValueError, match=sentence):
        getattr(ll.build, method)(problem, [source], vertices=vertices)
    with pytest.raises(ValueError, match="are no networks"):
        getattr(ll.build, method)(problem, [Subspace(anchors, Affine(3, ((0, 1), (0, 1))))], vertices=[0, 1, 2])


def test_a_bundle_is_the_bezier_curve_of_each_bend():
    torch.manual_seed(0)
    anchors, c = torch.randn(5, 20, dtype=torch.float64), Bundle(5)
    u = c.grid(11)
    assert chart(c.describe()) == c
    assert u.shape == (33, 2)
    assert c.sample(500, torch.Generator().manual_seed(0))[:, 1].unique().tolist() == [0, 1, 2]
    for i in range(3):
        own = u[u[:, 1] == i]
        assert own[:, 0].tolist() == torch.linspace(0, 1, 11, dtype=torch.float64).tolist()
        alone = Subspace(anchors[[0, 2 + i, 1]], Bezier(3))
        torch.testing.assert_close(Subspace(anchors, c).at(own), alone.at(own[:, :1]))
    with pytest.raises(ValueError, match="at least one bend, and k is 2"):
        Bundle(2)


@pytest.fixture
def bent(problem):
    ends = [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in (0, 1)]
    return curve.build(problem, ends, recipe=RECIPE, seed=0)


def test_sampled_curves_have_the_moments_of_the_bends_that_sgd_passes(problem, bent):
    """Against the bends of a training that is watched at every step."""
    before = bent.anchors.clone()
    made = swag_curve.build(problem, [bent], recipe=RECIPE, seed=4, samples=2, last=2)
    assert torch.equal(bent.anchors, before)
    assert made.chart == Bundle(5)
    assert torch.equal(made.anchors[:2], bent.anchors[[0, 2]])
    steps, seen = problem.steps(20), {}
    objective = expected_loss(Bezier(3), RECIPE.weight_decay)
    minimise(
        problem, objective, before.clone(), RECIPE, (4, "swag"), free=[1], watch=lambda n, a: seen.update({n: a[1].clone()})
    )
    mean = (seen[2 * steps] + seen[3 * steps]) / 2
    torch.testing.assert_close(made.anchors[2], mean)
    still = swag_curve.build(problem, [bent], recipe=RECIPE, seed=4, samples=2, last=2, scale=0.0)
    torch.testing.assert_close(still.anchors[3], mean)
    table = landscape.measure(problem, made, resolution=5, splits=["train"])
    assert table.groupby("u1")["u0"].nunique().to_dict() == {0.0: 5, 1.0: 5, 2.0: 5}


def test_the_samples_of_a_bend_have_the_covariance_of_swag(problem, bent):
    """Half the variance of the bends on the diagonal, half of it in their own directions: of two bends a, b together
    scale (a - b)^2 (1/4 + 1/4) in each coordinate, as the one column of D that is not zero is half of b - a."""
    options = {"recipe": replace(RECIPE, epochs=2), "seed": 0, "samples": 4000, "scale": 0.3}
    made = swag_curve.build(problem, [bent], **options)
    mean, bends = made.anchors[2].double(), made.anchors[3:].double()
    steps, seen = problem.steps(20), {}
    minimise(
        problem,
        expected_loss(Bezier(3), RECIPE.weight_decay),
        bent.anchors.clone(),
        options["recipe"],
        (0, "swag"),
        free=[1],
        watch=lambda n, a: seen.update({n: a[1].clone()}),
    )
    square = (seen[steps] - seen[2 * steps]).double().square()
    moved = square > 1e-8
    expected = 0.3 * square * (1 / 4 + 1 / 4)
    ratio = (bends - mean).square().mean(0)[moved] / expected[moved]
    assert (ratio - 1).abs().max() < 6 * (2 / 4000) ** 0.5


def test_swag_curve_refuses_other_sources(problem, bent):
    with pytest.raises(ValueError, match=r"last is 4, but recipe\.epochs is 3"):
        swag_curve.build(problem, [bent], recipe=RECIPE, seed=0, samples=1, last=4)


def test_interrupted_sampled_curves_are_the_same(problem, bent, tmp_path):
    options = {"recipe": RECIPE, "seed": 0, "samples": 2}
    whole = swag_curve.build(problem, [bent], **options)
    cut = resumed(partial(swag_curve.build, sources=[bent], **options), problem, tmp_path, after=3)
    assert torch.equal(cut.anchors, whole.anchors)
    assert torch.equal(cut.notes["loss"], whole.notes["loss"])


def test_fine_tuning_equals_a_plain_pytorch_loop_and_pays_for_both(problem):
    first = sgd.build(problem, [], recipe=RECIPE, seed=2)
    before = first.end.clone()
    recipe = Recipe(epochs=2, lr=0.02, batch_size=16, weight_decay=1e-3)
    made = fine_tune.build(problem, [first], recipe=recipe, seed=7)
    assert torch.equal(first.end, before)
    assert made.spent.tolist() == [5.0]
    module = problem.space._build()
    module.load_state_dict(problem.space.unravel(before.clone()))
    optimiser = torch.optim.SGD(module.parameters(), 0.02, 0.9, weight_decay=1e-3)
    for epoch in range(2):
        for step, (x,), y in problem.batches("train", 16, epoch_key=((7, "fine tune"), "batches", epoch)):
            optimiser.param_groups[0]["lr"] = learning_rate(recipe, epoch + step / 4)
            optimiser.zero_grad()
            F.cross_entropy(module(x), y).backward()
            optimiser.step()
    torch.testing.assert_close(made.end, problem.space.ravel(dict(module.named_parameters())), rtol=1e-4, atol=1e-6)
