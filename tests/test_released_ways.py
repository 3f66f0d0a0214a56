"""Options that do what the authors' code does where the papers or we do otherwise, each against it written out."""

from itertools import pairwise

import pytest
import torch
from test_directions import planted
from torch import nn
from torch.nn import functional as F

from lossland.geometry import bands
from lossland.geometry.charts.points import Points
from lossland.landscape.nudged_band import Force, widened
from lossland.landscape.subspace import Subspace
from lossland.methods import line, neb, pca_plane, plane, random_plane, sgd, snapshots
from lossland.options import Cycle, Recipe
from lossland.probes import landscape
from lossland.rng import stream

RECIPE = Recipe(epochs=3, lr=0.05, batch_size=8, schedule="constant")


def drawn(*shape):
    return torch.randn(*shape, generator=stream("drawn", *shape))


def test_springs_that_compare_a_length_with_a_share():
    """g += (d_before - s_before) - stiffness (d_after - s_after) tau: the first term a number, in all coordinates."""
    points, gradients, values = drawn(5, 7), drawn(3, 7), torch.tensor([0.0, 1, 2, 3, 4])
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4])
    found = bands.force(gradients.clone(), points, values, stiffness=3.0, shares=shares, springs="as_released")
    for i in range(1, 4):
        tau = (points[i + 1] - points[i]) / (points[i + 1] - points[i]).norm()  # uphill
        before, after = (
            float((b - a).norm() - s) for (a, b), s in zip(pairwise(points[i - 1 : i + 2]), shares[i - 1 :], strict=False)
        )
        expected = gradients[i - 1] - (gradients[i - 1] @ tau) * tau + before - 3 * after * tau
        torch.testing.assert_close(found[i - 1], expected, rtol=1e-5, atol=1e-5)


def test_tangents_that_know_nothing_of_the_decay(problem):
    """A decay so strong that the loss falls where the nll rises turns them round; the force has the decay all the same."""
    theta, decay = problem.init(0), 5.0
    points = torch.stack([0.6 * theta, 0.8 * theta, theta]) + 0.05 * drawn(3, len(theta))
    batch = next(problem.batches("train", 64))[1:]
    nll = torch.stack([problem.value(p, *batch, stream(0)) for p in points])
    loss = nll + decay / 2 * points.square().sum(1)
    weights = [bands.tangents(v.double(), bands.lengths(points), "henkelman") for v in (nll, loss)]
    assert not torch.allclose(*weights)
    gradient = problem.gradient(points[1], *batch, stream(0))[1] + decay * points[1]
    for heights, values in (("nll", nll), ("loss", loss)):
        highest, force = Force(torch.full((2,), 0.5), decay, 1.0, "henkelman", None, heights)(
            problem, points, [1], batch, stream(1)
        )
        assert highest == pytest.approx(values.max().item(), rel=1e-5)
        expected = bands.force(gradient[None].clone(), points, values, stiffness=1.0, shares=torch.full((2,), 0.5))
        torch.testing.assert_close(force, expected, rtol=1e-4, atol=1e-4)
    ends = [Subspace(p[None], Points(1)) for p in points[[0, 2]]]
    made = [neb.build(problem, ends, cycles=[Cycle(2, 0.1, "equal", 2)], seed=0, stiffness=1.0, weight_decay=decay, **how).anchors
            for how in ({}, {"heights": "nll"}, {"springs": "as_released"})]  # fmt: skip
    assert not torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


@pytest.mark.parametrize("normalisation", ["filter", "layer", "none"])
def test_biases_and_norms_that_are_their_own_directions(normalised, normalisation):
    """d.dim() <= 1 makes d.copy_(w) in create_random_direction of Li et al., if nothing is ignored."""
    net = Subspace(normalised.init(0)[None] + 0.1, Points(1))
    own, usual = (random_plane.build(normalised, [net], seed=1, leave_out=[], normalisation=normalisation, vectors=v).anchors
                  for v in ("own", "drawn"))  # fmt: skip
    weights, d, other = (normalised.space.unravel(t) for t in (net.end, own[1], usual[1]))
    for name, w in weights.items():
        assert torch.equal(d[name], w if w.ndim <= 1 else other[name])
        assert not torch.equal(other[name], w)


def test_a_margin_for_each_side_of_a_plane(problem):
    """dx = |w2 - w0|, dy = |w1 - w0 without its part along x|; alphas from -left to 1 + right, in units of them."""
    w = problem.init(0) + drawn(3, problem.space.dimension)
    nets = [Subspace(p[None], Points(1)) for p in w]
    u, v = (w[1] - w[0]).double(), (w[2] - w[0]).double()
    dx, dy = u.norm(), (v - (v @ u) / (u @ u) * u).norm()
    made = plane.build(problem, nets, margins=[0.1, 0.2, 0.3, 0.4])
    expected = [[-0.1 * dx, 1.2 * dx], [-0.3 * dy, 1.4 * dy]]
    torch.testing.assert_close(torch.tensor(made.chart.box).double(), torch.tensor(expected).double(), rtol=1e-6, atol=0)
    torch.testing.assert_close(made.anchors, plane.build(problem, nets).anchors)


def undropped():
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 3), nn.BatchNorm1d(3))


@pytest.fixture
def trained(normalised):
    from dataclasses import replace

    from lossland.landscape.space import ParamSpace

    problem = replace(normalised, space=ParamSpace(undropped))
    return problem, [sgd.build(problem, [], recipe=RECIPE, seed=s, snapshots=[0, 1], running=True) for s in (1, 2)]


def by_hand(problem, seed, epochs=RECIPE.epochs):
    torch.manual_seed(seed)
    module = undropped()
    optimiser = torch.optim.SGD(module.parameters(), RECIPE.lr, momentum=0.9)
    for epoch in range(epochs):
        for _, inputs, target in problem.batches("train", RECIPE.batch_size, epoch_key=(seed, "batches", epoch)):
            optimiser.zero_grad()
            F.cross_entropy(module(*inputs), target).backward()
            optimiser.step()
    return module.eval()


def nll(problem, subspace, bn="carried", resolution=3):
    table = landscape.measure(problem, subspace, resolution=resolution, bn=bn)
    return table.query("split == 'test' and quantity == 'nll' and mark == 'grid'")["value"].tolist()


def test_running_statistics_of_a_training_are_those_of_pytorch(trained):
    problem, nets = trained
    modules = [by_hand(problem, seed) for seed in (1, 2)]
    x, y = problem.data.inputs("test", slice(None)), problem.data.y["test"]
    for net, module in zip(nets, modules, strict=True):
        torch.testing.assert_close(
            net.end, torch.cat([p.detach().flatten() for p in module.parameters()]), rtol=1e-4, atol=1e-5
        )
        state = torch.cat([b.flatten() for n, b in module.named_buffers() if "running" in n])
        torch.testing.assert_close(net.notes["statistics"][-1], state, rtol=1e-4, atol=1e-5)
        alone = snapshots.build(problem, [net], epochs=[RECIPE.epochs])
        assert nll(problem, alone) == pytest.approx([F.cross_entropy(module(x), y).item()], rel=1e-4)
    assert net.notes["statistics"][0].tolist() == [0, 0, 0, 1, 1, 1] * 2, "of an untrained module"
    assert nll(problem, alone) != pytest.approx(nll(problem, alone, "recalibrate"), rel=1e-2)
    plain = sgd.build(problem, [], recipe=RECIPE, seed=2, snapshots=[0, 1])
    assert torch.equal(plain.anchors, net.anchors), "they change nothing else"
    assert torch.equal(plain.notes["lineage"], net.notes["lineage"])
    with pytest.raises(ValueError, match="bn: carried is for networks trained with running: true"):
        nll(problem, plain)


def test_lines_planes_and_bands_between_them_carry_these_statistics(trained):
    problem, nets = trained
    between = line.build(problem, nets)
    half = torch.stack([net.notes["statistics"][-1] for net in nets]).mean(0)
    x, y = problem.data.inputs("test", slice(None)), problem.data.y["test"]
    middle = problem.space.predict(between.anchors.mean(0), problem.space.unpack(half), x)
    assert nll(problem, between)[1] == pytest.approx(F.cross_entropy(middle, y).item(), rel=1e-4)
    around = random_plane.build(problem, nets[:1], seed=0, directions=1)
    state = problem.space.unpack(nets[0].notes["statistics"][-1])
    expected = [
        F.cross_entropy(problem.space.predict(nets[0].end + u * around.anchors[1], state, x), y).item() for u in (-1, 0, 1)
    ]
    assert nll(problem, around) == pytest.approx(expected, rel=1e-4)
    band = neb.build(problem, nets, cycles=[Cycle(2, 0.05, "equal", 1)], seed=0, batch_size=10, buffers="inside")
    assert torch.equal(band.notes["statistics"][[0, -1]], torch.stack([net.notes["statistics"][-1] for net in nets]))
    assert not torch.allclose(
        widened(problem, between.anchors)[:, problem.space.dimension :], band.notes["statistics"][[0, -1]]
    )


def test_principal_components_without_biases_and_norms(normalised):
    """ignore_biasbn sets their entries of each row of the matrix to zero, before its components are taken."""
    theta = normalised.init(0) + torch.tensor([[3.0], [2], [1], [0.5], [0]]) * drawn(5, normalised.space.dimension)
    made = pca_plane.build(normalised, [planted(normalised, theta)], leave_out=["bias", "norm"])
    rows = (theta - theta[-1]).double()
    for name, part in zip(normalised.space.names, normalised.space.parts(rows), strict=True):
        if normalised.space.kinds[name] in ("bias", "norm"):
            part.zero_()
    _, _, expected = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)
    torch.testing.assert_close((made.anchors[1:].double() @ expected[:2].T).abs(), torch.eye(2).double(), rtol=0, atol=1e-5)
    usual = pca_plane.build(normalised, [planted(normalised, theta)])
    assert not torch.allclose(usual.anchors[1].abs(), made.anchors[1].abs(), atol=1e-2)
