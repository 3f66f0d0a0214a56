"""Random cuts through parameter space, and the wedge model: against full training, least squares and brute force."""

import itertools
from dataclasses import replace
from functools import partial

import pytest
import torch
from interrupted import resumed

from lossland.data import formula
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import chain, line, random_cut, random_plane, sgd
from lossland.methods.random_cut import orthonormal, within
from lossland.models import wedge
from lossland.options import Recipe
from lossland.probes import landscape

RECIPE = Recipe(epochs=3, lr=0.05, batch_size=20, weight_decay=1e-2)
DESCENT = Recipe(epochs=400, lr=0.1, momentum=0.0, schedule="cosine")


def wedges(dimension, long):
    data = formula.load(None)
    made = Problem(ParamSpace(partial(wedge.build, data.shape, 1, dimension=dimension, long=long)), data)
    made.check()
    return made


def loss_at(problem, theta):
    _, inputs, target = next(problem.batches("train"))
    return problem.task.losses(problem.space.forward(theta, *inputs), target).mean()


def test_axes_are_orthonormal_and_nested():
    axes = orthonormal(40, 300, 5).double()
    torch.testing.assert_close(axes @ axes.T, torch.eye(40, dtype=torch.float64), rtol=0, atol=1e-6)
    few = orthonormal(7, 300, 5).double()
    torch.testing.assert_close(few @ axes[:7].T @ axes[:7], few, rtol=0, atol=1e-6)


def test_the_gradient_of_coordinates_is_the_chain_rule(problem):
    start, axes = problem.init(0), orthonormal(6, problem.space.dimension, 1)
    z = torch.randn(1, 6, generator=torch.Generator().manual_seed(0))
    _, inputs, target = next(problem.batches("train", 16))
    value, gradient = within(start, axes, 0.1)(problem, z, [0], (inputs, target), torch.Generator())
    leaf = z.clone().requires_grad_()
    theta = start + leaf[0] @ axes
    loss = problem.task.losses(problem.space.forward(theta, *inputs), target).mean() + 0.05 * theta.square().sum()
    loss.backward()
    assert value.item() == pytest.approx(loss.item())
    torch.testing.assert_close(gradient, leaf.grad)


def test_a_cut_of_all_dimensions_is_training_in_full_space(problem):
    """M M^T = 1, so SGD with momentum takes the same steps in z as in theta."""
    whole = sgd.build(problem, [], recipe=RECIPE, seed=3)
    cut = random_cut.build(problem, [], recipe=RECIPE, seed=3, dimensions=[problem.space.dimension])
    torch.testing.assert_close(cut.end, whole.end, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(cut.notes["loss"][0], whole.notes["loss"], rtol=1e-4, atol=1e-5)


def test_networks_lie_in_their_cuts(problem):
    made = random_cut.build(problem, [], recipe=RECIPE, seed=3, dimensions=[2, 30], radii=[0.5, 2.0])
    assert made.notes["dimension"].tolist() == [2, 2, 30, 30]
    assert made.notes["radius"].tolist() == [0.5, 2, 0.5, 2]
    assert made.spent.tolist() == [3, 6, 9, 12]
    for theta, d, radius in zip(made.anchors, (2, 2, 30, 30), (0.5, 2, 0.5, 2), strict=True):
        step, axes = (theta - radius * problem.init(3)).double(), orthonormal(d, problem.space.dimension, 3).double()
        assert step.norm() > 1e-3
        torch.testing.assert_close(step @ axes.T @ axes, step, rtol=0, atol=1e-5)


def test_more_dimensions_than_parameters_are_refused(problem):
    with pytest.raises(ValueError, match=r"dimensions is \[2, 355\], .* at most 354 dimensions"):
        random_cut.build(problem, [], recipe=RECIPE, seed=0, dimensions=[2, 355])


def test_interrupted_cuts_are_the_same(problem, tmp_path):
    options = {"recipe": replace(RECIPE, optimiser="adam"), "seed": 0, "dimensions": [3, 5], "radii": [1.0, 2.0]}
    whole = random_cut.build(problem, [], **options)
    cut = resumed(partial(random_cut.build, sources=[], **options), problem, tmp_path, after=4)
    assert torch.equal(cut.anchors, whole.anchors)
    assert torch.equal(cut.notes["loss"], whole.notes["loss"])


def test_the_wedge_is_the_distance_to_the_nearest_of_all_subspaces_along_axes():
    problem = wedges(7, 4)
    for theta in torch.randn(20, 7, generator=torch.Generator().manual_seed(0)):
        distances = [theta[list(short)].norm() for short in itertools.combinations(range(7), 3)]
        torch.testing.assert_close(loss_at(problem, theta), torch.stack(distances).min())
        torch.testing.assert_close(loss_at(problem, 3 * theta), 3 * loss_at(problem, theta))
    with pytest.raises(ValueError, match="long is 7 of 7 dimensions, and the loss is 0 everywhere"):
        wedge.build((0,), 1, dimension=7, long=7)


@pytest.mark.parametrize("d", [1, 2, 3, 4, 6])
def test_no_cut_goes_below_the_nearest_wedge_that_least_squares_finds(d):
    """Of all subsets of axes, the least distance from the cut to the wedge: positive for d + n < D, and 0 from there on."""
    problem = wedges(7, 4)
    start, axes = problem.init(5).double(), orthonormal(d, 7, 5).double()
    bounds = []
    for short in map(list, itertools.combinations(range(7), 3)):
        z = torch.linalg.lstsq(axes[:, short].T, -start[short]).solution
        bounds.append((start[short] + z @ axes[:, short]).norm().item())
    cut = random_cut.build(problem, [], recipe=DESCENT, seed=5, dimensions=[d])
    reached = loss_at(problem, cut.end).item()
    assert reached > min(bounds) - 1e-6
    if d + 4 < 7:
        assert min(bounds) > 1e-3
    else:
        assert min(bounds) < 1e-9


@pytest.mark.parametrize("seed", [0, 1])
def test_cuts_succeed_where_they_meet_a_wedge(seed):
    """D = 100, n = 85."""
    problem = wedges(100, 85)
    made = random_cut.build(problem, [], recipe=DESCENT, seed=seed, dimensions=[3, 8, 25, 60, 100])
    first = loss_at(problem, problem.init(seed))
    left = [(loss_at(problem, theta) / first).item() for theta in made.anchors]
    assert min(left[:2]) > 0.1, "d + n < D"
    assert max(left[2:]) < 0.01, "d + n > D"


def test_the_wedge_is_a_problem_like_all_others():
    """From the start down a straight line, and up again between two optima."""
    problem = wedges(200, 180)
    runs = [sgd.build(problem, [], recipe=DESCENT, seed=s, snapshots=[0]) for s in (0, 1)]
    down = landscape.measure(problem, chain.build(problem, runs[:1]), resolution=11, splits=["train"])
    between = landscape.measure(problem, line.build(problem, runs), resolution=11, splits=["train"])
    down, between = (table.query("mark == 'grid' and quantity == 'nll'")["value"] for table in (down, between))
    assert down.is_monotonic_decreasing
    assert between.iloc[[0, -1]].max() < 0.01 * down.iloc[0]
    assert between.max() > 0.2 * down.iloc[0]
    around = landscape.measure(problem, random_plane.build(problem, runs[:1], seed=0), resolution=3)
    assert set(around["quantity"]) == {"nll", "loss"}
