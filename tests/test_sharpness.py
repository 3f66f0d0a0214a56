"""Measures of sharpness and sharpness-aware training against closed forms, and which measures see how a network is written."""

from functools import partial

import pytest
import torch
from torch import nn

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import rescaled, sam, sgd
from lossland.options import Recipe
from lossland.probes import sharpness
from lossland.rng import stream

CENTRE = torch.tensor([0.5, -2.0, 3.0])


class Formula(nn.Module):
    """A loss of three parameters."""

    def __init__(self, loss, start=CENTRE):
        super().__init__()
        self.w, self.loss = nn.Parameter(start + torch.rand(len(start))), loss

    def forward(self, x):
        return self.loss(self.w).expand(len(x))


def formula(loss, start=CENTRE):
    x, y = (dict.fromkeys(("train", "val", "test"), torch.zeros(shape)) for shape in ((1, 0), 1))
    return Problem(ParamSpace(partial(Formula, loss, start)), Arrays(x, y, 1, task="analytic"))


def measured(problem, theta, **options):
    table = sharpness.measure(problem, Subspace(theta[None], Points(1)), **options)
    return table.set_index(["measure", "adaptive", "part"])


def test_a_quadratic_around_its_minimum():
    """L = d^T A d / 2: rho^2/2 of max A_ii, tr A, max A_ii theta_i^2, sum A_ii theta_i^2."""
    a = torch.tensor([4.0, 1.0, 0.5])
    problem = formula(lambda w: 0.5 * (a * (w - CENTRE) ** 2).sum())
    found = measured(problem, CENTRE, rho=0.1, rho_linf=0.1, adaptive_by=1.0, steps=100, draws=200)
    value = found["value"].droplevel("part")
    assert value["worst l2"].tolist() == pytest.approx([0.02, 0.0225], rel=5e-3)
    assert value["worst linf"].tolist() == pytest.approx([0.0275, 0.0475], rel=1e-4)
    assert value["eigenvalue"].tolist() == pytest.approx([4, 4.5], rel=1e-3)
    assert value["trace"].tolist() == pytest.approx([5.5, 9.5], rel=1e-4)
    for adaptive, expected in ((False, 0.0275), (True, 0.0475)):
        mean = found.loc[("average", adaptive, "")]
        assert mean["value"] == pytest.approx(expected, abs=4 * mean["uncertainty"])


def test_what_is_not_finite_is_kept():
    found = measured(formula(lambda w: w.sum().sqrt()), torch.tensor([-1.0, 0.0, 0.0]), draws=2, steps=2)
    assert found.drop(index="relative flatness", errors="ignore")["value"].isna().all()


def test_a_slope():
    g = torch.tensor([3.0, -1.0, 2.0])
    found = measured(formula(lambda w: (g * w).sum()), CENTRE, rho=0.1, rho_linf=0.1, adaptive_by=1.0, steps=1)["value"]
    t = CENTRE.abs() * g
    assert found.loc["worst l2"].tolist() == pytest.approx([0.1 * g.norm().item(), 0.1 * t.norm().item()], rel=1e-4)
    assert found.loc["worst linf"].tolist() == pytest.approx([0.1 * g.abs().sum().item(), 0.1 * t.abs().sum().item()], rel=1e-4)
    assert found.loc["eigenvalue"].tolist() == pytest.approx([0, 0], abs=1e-6)


def linear(outputs, task):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randn(60, 4, generator=rng) for s in ("train", "val", "test")}
    y = {
        s: torch.randint(outputs, (60,), generator=rng) if task == "classification" else torch.randn(60, generator=rng)
        for s in x
    }
    problem = Problem(ParamSpace(lambda: nn.Linear(4, outputs, bias=False)), Arrays(x, y, outputs, task=task))
    return problem, problem.init(0), x["train"]


def test_relative_flatness_of_softmax_regression_and_of_least_squares():
    problem, theta, x = linear(3, "classification")
    w, p = theta.view(3, 4), (x @ theta.view(3, 4).T).softmax(1)
    expected = (x.square().sum(1) * (p @ w.square().sum(1) - (p @ w).square().sum(1))).mean().item()
    found = measured(problem, theta, draws=300).loc[("relative flatness", False, "weight")]
    assert found["value"] == pytest.approx(expected, abs=4 * found["uncertainty"])
    assert found["uncertainty"] < 0.1 * expected
    problem, theta, x = linear(1, "regression")
    found = measured(problem, theta, draws=300).loc[("relative flatness", False, "weight")]
    assert found["value"] == pytest.approx(
        (theta.square().sum() * x.square().sum(1).mean()).item(), abs=4 * found["uncertainty"]
    )


def relu(bias=True):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randn(60, 3, generator=rng) for s in ("train", "val", "test")}
    data = Arrays(x, {s: torch.randint(3, (60,), generator=rng) for s in x}, 3)
    network = lambda: nn.Sequential(nn.Linear(3, 5, bias=bias), nn.ReLU(), nn.Linear(5, 3, bias=bias))  # noqa: E731
    problem = Problem(ParamSpace(network), data)
    return problem, 2 * problem.init(0)


def test_fisher_rao_of_a_network_without_biases_is_that_of_its_outputs():
    """J theta = 2 f with two layers, so theta^T F theta = 4 E[f^T (diag p - p p^T) f]."""
    problem, theta = relu(bias=False)
    f = problem.space.predict(theta, {}, problem.data.x["train"]).double()
    p = f.softmax(1)
    expected = 4 * ((p * f**2).sum(1) - (p * f).sum(1) ** 2).mean().item()
    assert measured(problem, theta)["value"].loc[("fisher-rao", False, "")] == pytest.approx(expected, rel=1e-4)


D = torch.tensor([0.5, 2.0, 1.0, 3.0, 0.25])
ORDER = [3, 0, 4, 1, 2]
AS_ONE = {  # the hidden units otherwise: W_1, b_1, W_2
    "units permuted": lambda w, b, v: (w[ORDER], b[ORDER], v[:, ORDER]),
    "layers scaled": lambda w, b, v: (3 * w, 3 * b, v / 3),
    "units scaled": lambda w, b, v: (D[:, None] * w, D * b, v / D),
}
PLAIN = ("worst l2", "worst linf", "average", "eigenvalue", "trace")
SEEN = {  # which measures change
    "units permuted": set(),
    "layers scaled": {(name, False, "") for name in PLAIN},
    "units scaled": {(name, False, "") for name in PLAIN} | {("relative flatness", False, "2.weight")},
}


@pytest.mark.parametrize("written", AS_ONE)
def test_what_sees_how_a_network_is_written(written):
    problem, theta = relu()
    parts = problem.space.unravel(theta)
    names = ("0.weight", "0.bias", "2.weight")
    again = parts | dict(zip(names, AS_ONE[written](*(parts[n] for n in names)), strict=True))
    options = {"draws": 200, "rho": 0.02, "rho_linf": 0.02, "steps": 30}
    first, second = (measured(problem, point, **options) for point in (theta, problem.space.ravel(again)))
    off = (first["value"] - second["value"]).abs()
    drawn = (
        4 * (first["uncertainty"] ** 2 + second["uncertainty"] ** 2) ** 0.5 * (written == "units permuted")
    )  # else of the same draws
    changed = off > 0.02 * first["value"].abs() + drawn.fillna(0)
    assert set(changed[changed].index) == SEEN[written]


def test_a_network_written_otherwise_is_the_same_function():
    problem, theta = relu()
    own = Subspace(theta[None], Points(1))
    made = rescaled.build(problem, [own], factors={"0": 4.0, "2.weight": 0.25}).end
    before, after = problem.space.unravel(theta), problem.space.unravel(made)
    torch.testing.assert_close(after["0.bias"], 4 * before["0.bias"])
    torch.testing.assert_close(after["2.weight"], before["2.weight"] / 4)
    assert torch.equal(after["2.bias"], before["2.bias"])
    with pytest.raises(ValueError, match="these factors change the outputs"):
        rescaled.build(problem, [own], factors={"0": 4.0})
    with pytest.raises(ValueError, match="no trained parameter has a name like 7"):
        rescaled.build(problem, [own], factors={"7": 4.0})


def step(problem, theta, **options):
    moved = options.pop("moved", torch.ones(len(theta), dtype=torch.bool))
    objective = sam.sharpness_aware(
        options.pop("weight_decay", 0.0), options.pop("rho", 0.05), options.pop("eta", 0.0), moved, **options
    )
    value, (gradient,) = objective(problem, theta[None], [0], next(iter(problem.batches("train")))[1:], stream(0))
    return value, gradient


def test_the_step_of_sam():
    """L = theta^T A theta / 2: A theta + rho A A theta / |A theta|; decay is that of theta, and where nothing moves there is no e."""
    a, theta = torch.tensor([2.0, 1.0]), torch.tensor([1.0, 1.0])
    problem = formula(lambda w: 0.5 * (a * w * w).sum(), theta)
    assert step(problem, theta)[1].tolist() == pytest.approx([2.08944, 1.02236], abs=1e-5)
    assert step(problem, theta, weight_decay=0.1)[1].tolist() == pytest.approx([2.18944, 1.12236], abs=1e-5)
    still = step(problem, theta, moved=torch.tensor([True, False]))[1]
    assert still.tolist() == pytest.approx([2.1, 1])
    two = torch.tensor([1.0, 2.0])  # ASAM: e = rho T^2 g / |T g|, g = (2, 2), T = (1, 2)
    e = 0.05 * torch.tensor([2.0, 8.0]) / (4 + 16) ** 0.5
    found = step(problem, two, scaled=torch.tensor([True, True]))[1]
    assert found.tolist() == pytest.approx((a * (two + e)).tolist(), abs=1e-5)
    assert step(problem, torch.zeros(2))[1].tolist() == [0, 0], "a point without a slope stays"


def test_without_a_radius_it_is_sgd_to_the_bit(normalised):
    recipe = Recipe(2, 0.1, batch_size=7, weight_decay=1e-2)
    plain = sgd.build(normalised, [], recipe=recipe, seed=1, snapshots=[0])
    assert torch.equal(sam.build(normalised, [], recipe=recipe, seed=1, snapshots=[0], rho=0.0).anchors, plain.anchors)
    for adaptive in (False, True):
        made = sam.build(normalised, [], recipe=recipe, seed=1, snapshots=[0], adaptive=adaptive)
        assert torch.equal(made.anchors[0], plain.anchors[0])
        assert not torch.equal(made.end, plain.end)
