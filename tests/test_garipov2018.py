"""Garipov et al. 2018 (arXiv 1802.10026) and its released code, formula by formula, mostly in float64.

1 coefficients, 2 points, 3 regulariser, 4 draws of t, 5 learning rate, 6 cyclical rate, 7 momentum, 9 initial bends, 11 length
and integral. Fixed ends (8) are in test_train.py, batch-norm statistics (10) in test_space.py, planes (12) in test_probes.py.
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from conftest import random_pictures
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.objectives import expected_loss
from lossland.landscape.problem import Problem
from lossland.landscape.schedules import learning_rate
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.methods import curve, fge, line, sgd
from lossland.options import Recipe
from lossland.probes import landscape, shape
from lossland.rng import stream

CHARTS = [Bezier(3), Bezier(4), Bezier(5), PolyChain(3), PolyChain(4), PolyChain(5)]
DECAY = 0.3


def smooth_network():
    """Convolution, batch norm, linear layers with biases; smooth, so that finite differences converge."""
    layers = [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Tanh(), nn.Flatten(), nn.Linear(27, 5), nn.Tanh()]
    return nn.Sequential(*layers, nn.Linear(5, 3))


@pytest.fixture
def exact():
    """A problem whose loss is not rounded to float32."""
    return Problem(ParamSpace(smooth_network), replace(random_pictures(), augment={}), precision="fp64")


@pytest.fixture
def batch(exact):
    return (exact.data.inputs("train", slice(None)).double(),), exact.data.y["train"]


def _anchors(problem, k):
    rng = torch.Generator().manual_seed(7)
    return torch.stack([problem.init(s).double() for s in range(k)]) + 0.1 * torch.randn(
        k, problem.space.dimension, generator=rng, dtype=torch.float64
    )


def _bernstein(n, t):
    """Bezier coefficients by de Casteljau's repeated interpolation of the unit vectors."""
    rows = np.eye(n)
    while len(rows) > 1:
        rows = (1 - t) * rows[:-1] + t * rows[1:]
    return rows[0]


@pytest.mark.parametrize("n", [3, 4, 5])
def test_1_coefficients(n):
    """Bezier by de Casteljau, polygonal chains by linear interpolation between n equal steps of t."""
    t = np.linspace(0, 1, 37)
    u = torch.tensor(t)[:, None]
    np.testing.assert_allclose(Bezier(n)(u), [_bernstein(n, at) for at in t], rtol=0, atol=1e-15)
    chain = np.stack([np.interp(t, np.linspace(0, 1, n), row) for row in np.eye(n)], 1)
    np.testing.assert_allclose(PolyChain(n)(u), chain, rtol=0, atol=1e-15)


def test_1_coefficients_as_the_paper_prints_them():
    """phi = (1-t)^2 w_1 + 2t(1-t) w + t^2 w_2; on the chain 2(t w + (1/2 - t) w_1), then 2((t - 1/2) w_2 + (1 - t) w)."""
    w_1, w, w_2 = torch.randn(3, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for t in torch.linspace(0, 1, 21, dtype=torch.float64):
        at = [Subspace(torch.stack([w_1, w, w_2]), chart(3)).at(t.view(1, 1))[0] for chart in (Bezier, PolyChain)]
        chain = 2 * (t * w + (0.5 - t) * w_1) if t <= 0.5 else 2 * ((t - 0.5) * w_2 + (1 - t) * w)
        torch.testing.assert_close(at[0], (1 - t) ** 2 * w_1 + 2 * t * (1 - t) * w + t**2 * w_2, rtol=0, atol=1e-14)
        torch.testing.assert_close(at[1], chain, rtol=0, atol=1e-14)


@pytest.mark.parametrize("chart", CHARTS, ids=repr)
def test_2_every_parameter_is_interpolated(chart, exact):
    """Weights, biases and the scale and shift of a norm, each as its own combination; running statistics are none."""
    anchors = _anchors(exact, chart.k)
    u = torch.tensor([[0.37]], dtype=torch.float64)
    point = exact.space.unravel(Subspace(anchors, chart).at(u)[0])
    assert {"1.weight", "1.bias", "4.bias", "6.weight"} < set(point) == set(dict(smooth_network().named_parameters()))
    for name, value in point.items():
        tensors = [exact.space.unravel(anchor)[name] for anchor in anchors]
        expected = sum(c * tensor for c, tensor in zip(chart(u)[0], tensors, strict=True))
        torch.testing.assert_close(value, expected, rtol=0, atol=1e-14)


def _per_tensor(problem, chart, anchors, t, x, y):
    """Value and gradients of the bends by a plain module whose every tensor is interpolated by itself: an independent code."""
    leaves = [{n: p.clone().requires_grad_() for n, p in problem.space.unravel(a).items()} for a in anchors]
    c = chart(t)[0]
    point = {n: sum(c[j] * leaves[j][n] for j in range(chart.k)) for n in leaves[0]}
    module = smooth_network().double().train()
    loss = F.cross_entropy(functional_call(module, point, x), y)
    loss = loss + 0.5 * DECAY * sum((p**2).sum() for p in point.values())
    loss.backward()
    return loss.item(), torch.stack([torch.cat([p.grad.reshape(-1) for p in leaf.values()]) for leaf in leaves[1:-1]])


@pytest.mark.parametrize("chart", CHARTS, ids=repr)
def test_3_loss_and_gradient_of_the_bends_against_an_independent_code(chart, exact, batch):
    """CE + wd/2 |phi(t)|^2, and c_j(t) (grad CE(phi) + wd phi(t)) at bend j."""
    anchors, free = _anchors(exact, chart.k), list(range(1, chart.k - 1))
    (x,), y = batch
    for seed in range(3):
        value, gradient = expected_loss(chart, DECAY)(exact, anchors, free, batch, stream(seed))
        t = chart.sample(1, stream(seed))
        theirs, expected = _per_tensor(exact, chart, anchors, t, x, y)
        assert value.item() == pytest.approx(theirs, rel=1e-13)
        torch.testing.assert_close(gradient, expected, rtol=1e-10, atol=1e-13)
        phi = Subspace(anchors, chart).at(t)[0]
        _, cross_entropy = exact.gradient(phi, (x,), y, None)
        for row, j in zip(gradient, free, strict=True):
            torch.testing.assert_close(row, chart(t)[0, j] * (cross_entropy + DECAY * phi), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("chart", CHARTS, ids=repr)
def test_3_gradient_of_the_bends_by_finite_differences(chart, exact, batch):
    anchors, free = _anchors(exact, chart.k), list(range(1, chart.k - 1))
    objective = expected_loss(chart, DECAY)
    _, gradient = objective(exact, anchors, free, batch, stream(1))
    for row, j in zip(gradient, free, strict=True):
        direction = torch.randn(anchors.shape[1], generator=torch.Generator().manual_seed(j), dtype=torch.float64)
        step = torch.zeros_like(anchors)
        step[j] = 1e-5 * direction
        up, down = (objective(exact, anchors + s * step, free, batch, stream(1))[0] for s in (1, -1))
        assert ((up - down) / 2e-5).item() == pytest.approx((row @ direction).item(), rel=1e-6, abs=1e-9)


def test_3_moments_of_the_bend_under_uniform_t():
    """E[c_1], E[c_1^2]: 1/3 and 2/15 on a Bezier curve, 1/2 and 1/3 on a chain; by quadrature and by draws of t."""
    nodes, weights = np.polynomial.legendre.leggauss(5)  # exact up to degree nine on each half
    t = torch.tensor(np.concatenate([(nodes + 1) / 4, (nodes + 3) / 4]))[:, None]
    weights = torch.tensor(np.tile(weights / 4, 2))
    for chart, moments in ((Bezier(3), (1 / 3, 2 / 15)), (PolyChain(3), (1 / 2, 1 / 3))):
        drawn = chart(chart.sample(200_000, stream("moments")))[:, 1]
        for power, moment in enumerate(moments, 1):
            assert (weights @ chart(t)[:, 1] ** power).item() == pytest.approx(moment, abs=1e-15)
            assert (drawn**power).mean().item() == pytest.approx(moment, abs=5 * (drawn**power).std().item() / 200_000**0.5)


@dataclass(frozen=True)
class Watched(Bezier):
    """A Bezier curve that remembers the draws of t."""

    drawn: list = field(default_factory=list)

    def sample(self, n, rng):
        self.drawn.append(super().sample(n, rng))
        return self.drawn[-1]


def test_4_one_t_for_each_minibatch_from_a_stream_of_its_own(problem):
    """The same draws whatever the order of the data, whatever they are; none is drawn twice."""
    reverse = {s: x.flip(0) for s, x in problem.data.x.items()}
    other = replace(problem, data=replace(problem.data, x=reverse))
    anchors = torch.stack([problem.init(s) for s in range(3)])
    charts = [Watched(3), Watched(3)]
    for chart, data in zip(charts, (problem, other), strict=True):
        minimise(data, expected_loss(chart, 0.0), anchors.clone(), Recipe(3, 0.01, batch_size=10), 5, free=[1])
    drawn = [torch.cat(chart.drawn) for chart in charts]
    assert drawn[0].shape == (3 * problem.steps(10), 1)
    assert torch.equal(*drawn)
    assert len(drawn[0].unique()) == len(drawn[0])


@pytest.mark.parametrize("epochs", [150, 200, 600])
def test_5_schedule_of_networks_and_curves(epochs):
    """With a = epoch / epochs, epoch = 1, 2, ...: 1 to a = 0.5, then 1 - (a - 0.5) / 0.4 * 0.99 to 0.9, then 0.01."""
    recipe = Recipe(epochs, 0.05)
    for epoch in range(1, epochs + 1):
        a = epoch / epochs
        factor = 1.0 if a <= 0.5 else 1.0 - (a - 0.5) / 0.4 * 0.99 if a <= 0.9 else 0.01
        for part in (0, 0.5, 0.999):
            assert learning_rate(recipe, epoch - 1 + part) == pytest.approx(0.05 * factor, rel=1e-12)


def test_6_rate_of_the_paper_and_of_the_released_code():
    """As released t = ((epoch mod c) + step / steps) / c, epoch and step from 0, starts at 0; the paper's starts at 1 / (c steps)."""
    high, low, cycle, steps = 0.05, 5e-4, 4, 391

    def released(epoch, step):
        t = (epoch % cycle + step / steps) / cycle
        return high * (1 - 2 * t) + low * 2 * t if t < 0.5 else high * (2 * t - 1) + low * (2 - 2 * t)

    def ours(epoch, step, **how):
        return fge.rate(epoch + step / steps, high=high, low=low, cycle=cycle, steps=cycle * steps, **how)

    assert released(0, 0) == high
    assert ours(0, 0) == pytest.approx((1 - 2 / (cycle * steps)) * high + 2 / (cycle * steps) * low)
    assert released(1, steps - 1) == pytest.approx(5.63e-4, rel=1e-3), "the last step before a network is kept"
    assert ours(1, steps - 1) == pytest.approx(5e-4)
    for epoch, step in ((0, 5), (1, 200), (2, 7), (3, 389), (5, 390)):
        after = (epoch, step + 1) if step + 1 < steps else (epoch + 1, 0)
        assert ours(epoch, step) == pytest.approx(released(*after)), "one step ahead"
        assert ours(epoch, step, ahead=0) == pytest.approx(released(epoch, step))


@pytest.mark.parametrize(("cycle", "kept"), [(4, range(2, 23, 4)), (2, range(1, 22, 2))])
def test_6_networks_are_kept_at_the_low_rates(cycle, kept, problem):
    """22 epochs give 6 networks with c = 4 and 11 with c = 2."""
    base = Subspace(problem.init(0)[None], Points(1), {"lineage": torch.tensor([[1, 0]])})
    made = fge.build(problem, [base], recipe=Recipe(22, 0.01, batch_size=64), seed=0, low=5e-4, cycle=cycle)
    assert made.notes["epoch"].tolist() == list(kept)


def test_7_momentum_starts_at_zero(problem):
    """The first step is plain descent, after a training with momentum too, and for a bend."""
    recipe = Recipe(1, 0.1, batch_size=64, weight_decay=DECAY, schedule="constant")
    base = sgd.build(problem, [], recipe=replace(recipe, epochs=5), seed=0)
    made = fge.build(problem, [base], recipe=recipe, seed=1, low=0.02, cycle=2)
    _, inputs, target = next(problem.batches("train", 64, epoch_key=(1, "batches", 0)))
    _, gradient = problem.gradient(base.end, inputs, target, None, DECAY)
    torch.testing.assert_close(made.end, base.end - 0.02 * gradient)  # two steps in a cycle: the first is at the lowest rate

    other = sgd.build(problem, [], recipe=recipe, seed=2)
    bezier = curve.build(problem, [base, other], recipe=recipe, seed=1)
    c = Bezier(3)(Bezier(3).sample(1, stream(1, "objective", 0, 0)))[0].float()
    start = torch.stack([base.end, (base.end + other.end) / 2, other.end])
    _, gradient = problem.gradient(c @ start, inputs, target, None, DECAY)
    torch.testing.assert_close(bezier.anchors[1], start[1] - 0.1 * c[1] * gradient)


@pytest.mark.parametrize("n", [3, 4, 5])
@pytest.mark.parametrize("chart", ["bezier", "polychain"])
def test_9_bends_start_on_the_segment(chart, n, problem):
    """Bend j at (1 - j/(n-1)) w_0 + j/(n-1) w_(n-1), seen under a rate too low to move them."""
    ends = [Subspace(problem.init(s)[None], Points(1)) for s in (1, 2)]
    anchors = curve.build(problem, ends, recipe=Recipe(1, 1e-30), seed=0, chart=chart, bends=n).anchors
    for j in range(n):
        share = j / (n - 1)
        torch.testing.assert_close(anchors[j], (1 - share) * ends[0].end + share * ends[1].end, rtol=1e-6, atol=1e-7)


def test_11_length_and_integral_of_a_measured_curve(problem):
    """dl_i = |theta(t_i) - theta(t_(i-1))|, int = sum (v_i + v_(i-1)) / 2 dl_i / sum dl_i, ratio = sum dl_i / |theta(1) - theta(0)|."""
    anchors = torch.stack([problem.init(s) for s in range(3)])
    bezier = Subspace(anchors, Bezier(3))
    table = landscape.measure(problem, bezier, resolution=61, splits=["train"])
    row = shape.measure(table).set_index("quantity").loc["nll"]
    v = table[table["quantity"] == "nll"].sort_values("index")["value"].to_numpy()
    t = np.linspace(0, 1, 61)[:, None]
    points = (
        (1 - t) ** 2 * anchors[0].double().numpy()
        + 2 * t * (1 - t) * anchors[1].double().numpy()
        + t**2 * anchors[2].double().numpy()
    )
    dl = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert row["length"] == pytest.approx(dl.sum(), rel=1e-10)
    assert row["ratio"] == pytest.approx(dl.sum() / np.linalg.norm(points[-1] - points[0]), rel=1e-10)
    assert row["int"] == pytest.approx((0.5 * (v[1:] + v[:-1]) * dl).sum() / dl.sum(), rel=1e-10)
    assert row["mean"] == pytest.approx(v.mean(), rel=1e-12)


def test_11_an_even_grid_cuts_the_corner_of_a_chain(problem):
    """With 5 points the bend is one of them and the length is exact; with 6 it is shorter."""
    ends = [Subspace(problem.init(s)[None], Points(1)) for s in range(3)]
    chain = line.build(problem, ends)
    exact = sum((a.end.double() - b.end.double()).norm().item() for a, b in pairwise(ends))
    odd, even = (
        shape.measure(landscape.measure(problem, chain, resolution=r, splits=["train"]))["length"].iloc[0] for r in (5, 6)
    )
    assert odd == pytest.approx(exact, rel=1e-10)
    assert even < 0.99 * exact
