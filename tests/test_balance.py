"""Low-rank adapters and heads in balance: the function stays, and what is one function becomes one point."""

from functools import partial

import numpy as np
import pytest
import test_heads as heads
import torch
from torch import nn
from torch.nn import functional as F

import lossland as ll
from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.rng import stream
from lossland.symmetries.balance import balanced, factors
from lossland.symmetries.permutations import at_random, permuted, symmetries

R, SCALE = 2, 0.5


class Adapted(nn.Module):
    """W_0 + s B A beside a frozen layer, as peft adds it; with `norms` its rows are given these norms (DoRA)."""

    def __init__(self, inside, outside, norms=False):
        super().__init__()
        self.base = nn.Linear(inside, outside).requires_grad_(False)
        self.down, self.up = nn.Linear(inside, R, bias=False), nn.Linear(R, outside, bias=False)
        self.norms = nn.Parameter(torch.ones(outside)) if norms else None

    def forward(self, x):
        if self.norms is None:
            return self.base(x) + SCALE * self.up(self.down(x))
        whole = self.base.weight + SCALE * self.up(self.down(torch.eye(x.shape[1]).to(x))).T
        return F.linear(x, whole * (self.norms / whole.norm(dim=1))[:, None], self.base.bias)


class Words(nn.Module):
    """An embedding with an adapter."""

    def __init__(self):
        super().__init__()
        self.base = nn.Embedding(9, 8).requires_grad_(False)
        self.down, self.up = nn.Parameter(torch.randn(R, 9)), nn.Parameter(torch.randn(8, R))

    def forward(self, x):
        return (self.base(x) + SCALE * F.embedding(x, self.down.T) @ self.up.T).mean(1)


def convolutions():
    return nn.Sequential(nn.Unflatten(1, (1, 6)), nn.Conv1d(1, R, 3, bias=False), nn.Conv1d(R, 8, 1), nn.Flatten(), nn.ReLU())


NETWORKS = {
    "LoRA": lambda: nn.Sequential(Adapted(6, 8), nn.ReLU(), Adapted(8, 3)),
    "DoRA": lambda: nn.Sequential(Adapted(6, 8, norms=True), nn.ReLU(), Adapted(8, 3)),
    "embedding": lambda: nn.Sequential(Words(), nn.ReLU(), Adapted(8, 3)),
    "convolution": lambda: nn.Sequential(convolutions(), Adapted(32, 3)),
}


def problem_of(name):
    x = torch.randint(9, (12, 5), generator=stream("x")) if name == "embedding" else torch.randn(12, 6, generator=stream("x"))
    batches = [(x, torch.randint(3, (12,), generator=stream("y")))]
    return ll.problem(NETWORKS[name], train=batches, test=batches, precision="fp64")


def point(theta):
    return Subspace(theta[None], Points(1))


def mixed(problem, theta, by):
    """Each factor that has R rows times G, each that has R columns times its inverse."""
    theta = theta.clone()
    for tensor in problem.space.unravel(theta).values():
        if tensor.ndim > 1:
            matrix = tensor.flatten(1) if len(tensor) == R else tensor.flatten(1).mT
            matrix.copy_((by if len(tensor) == R else by.inverse().mT) @ matrix)
    return theta


@torch.no_grad()
def outputs(problem, theta):
    _, inputs, _ = next(problem.batches("train"))
    return problem.space.predict(theta, {}, *inputs)


@pytest.mark.parametrize("name", NETWORKS)
def test_adapters_that_are_one_function_are_one_point_and_their_barrier_is_gone(name):
    problem = problem_of(name)
    theta = problem.init(1).double()
    theta += 0.3 * torch.randn(len(theta), generator=stream("theta"), dtype=torch.float64)
    by = torch.randn(R, R, generator=stream("by"), dtype=torch.float64)
    twin = mixed(problem, theta, by)
    torch.testing.assert_close(outputs(problem, twin), outputs(problem, theta))
    made = [ll.build.balance(problem, [point(one)]) for one in (theta, twin)]
    for one in made:
        torch.testing.assert_close(outputs(problem, one.end), outputs(problem, theta), rtol=0, atol=1e-12)
        assert one.notes["products"] == 2
    torch.testing.assert_close(made[0].end, made[1].end, rtol=0, atol=1e-10)
    turned = mixed(problem, made[1].end, torch.linalg.qr(by).Q)  # what balance leaves free at equal singular values
    made[1] = ll.build.match(problem, [made[0], point(turned)], rotate=True)
    torch.testing.assert_close(made[0].end, made[1].end, rtol=0, atol=1e-10)

    def barrier(ends):
        heights = ll.measure.landscape(problem, ll.build.line(problem, ends), resolution=5, splits=["train"])
        nll = heights.query("quantity == 'nll'")["value"].to_numpy()
        return (nll - np.linspace(nll[0], nll[-1], 5)).max()

    assert barrier([point(theta), point(twin)]) > 1e-3
    assert abs(barrier(made)) < 1e-10


def test_the_factors_are_those_of_the_singular_value_decomposition():
    problem = problem_of("LoRA")
    theta = problem.init(1).double()
    before, after = (problem.space.unravel(one) for one in (theta, ll.build.balance(problem, [point(theta)]).end))
    for layer in "02":
        up, down = (after[f"{layer}.{name}.weight"].numpy() for name in ("up", "down"))
        whole = (before[f"{layer}.up.weight"] @ before[f"{layer}.down.weight"]).numpy()
        u, s, _ = np.linalg.svd(whole)
        assert np.allclose(up @ down, whole, atol=1e-12)
        assert np.allclose(np.abs(up), np.abs(u[:, :R] * np.sqrt(s[:R])))
        assert (np.linalg.norm(up) ** 2, np.linalg.norm(down) ** 2) == pytest.approx((s[:R].sum(),) * 2)
        assert np.allclose(down @ down.T, np.diag(s[:R]), atol=1e-12)
    one = problem.space.unravel(ll.build.balance(problem, [point(theta)], only=["2"]).end)
    assert [n for n in one if not torch.equal(one[n], before[n])] == ["2.down.weight", "2.up.weight"]


def test_half_way_to_the_same_adapter_with_other_signs_is_the_network_without_it():
    """From (B, A) to (s B, A / s) the product is (1 + t (1 - t) (s + 1 / s - 2)) B A."""
    problem, s = problem_of("LoRA"), -1.0
    theta = problem.init(1).double()
    twin = mixed(problem, theta, torch.eye(R).double() / s)
    path = ll.build.line(problem, [point(theta), point(twin)])
    half = path.at(torch.tensor([[0.5]]).double())[0]
    torch.testing.assert_close(outputs(problem, half), outputs(problem, torch.zeros_like(theta)))
    ends = [ll.build.balance(problem, [point(one)]).end for one in (theta, twin)]
    torch.testing.assert_close(ends[0], ends[1], rtol=0, atol=1e-12)


def test_an_adapter_at_its_start_is_zero_and_stays_what_it_does():
    """B = 0: the product has no rank, and G is no map; both factors of least norm are 0."""
    problem = problem_of("LoRA")
    theta = problem.init(1).double()
    for name, tensor in problem.space.unravel(theta).items():
        if name == "0.up.weight":
            tensor.zero_()
    made = ll.build.balance(problem, [point(theta)]).end
    assert not made[: R * 14].any()
    assert made[R * 14 :].any()


@pytest.mark.parametrize("name", ["gpt", "separate layers", "an axis of heads", "vision", "rotary"])
def test_heads_that_are_one_function_are_one_point(name):
    """With rotary embeddings only values and outputs."""
    rotary = heads._of(partial(heads.Attention, on=heads._turned))
    problem = heads._problem(rotary if name == "rotary" else name)
    found = symmetries(problem, rotate=True)
    ways = factors(problem, found, problem.space.names)
    assert len(ways) == {"gpt": 4, "vision": 4, "rotary": 1}.get(name, 2)
    theta, orders = heads._anywhere(problem, 1), at_random(found, stream(1), rotate=True)
    other = permuted(problem.space, found, theta, {c: order for c, order in orders.items() if c in ways})
    if name == "separate layers":
        for layer, factor in {"q": 3, "k": 1 / 3, "v": -2, "out": -1 / 2}.items():
            problem.space.unravel(other)[f"attend.{layer}.weight"].mul_(factor)
            if layer != "out":
                problem.space.unravel(other)[f"attend.{layer}.bias"].mul_(factor)
    before, after = (heads._outputs(problem, point) for point in (theta, other))
    torch.testing.assert_close(after, before)
    one, same = (balanced(problem.space, found, point, ways) for point in (theta, other))
    torch.testing.assert_close(same, one, rtol=0, atol=1e-11)
    torch.testing.assert_close(heads._outputs(problem, one), before, rtol=0, atol=1e-12 * before.abs().max().item())
    assert one.norm() < min(theta.norm(), other.norm())


def test_a_network_without_such_products_is_in_balance(problem):
    made = ll.build.balance(problem, [point(theta := problem.init(1))])
    assert torch.equal(made.end, theta)
    assert made.notes["products"] == 0


def test_a_network_in_half_precision_is_refused():
    x = torch.randint(9, (12, 5), generator=stream("x"))
    build = lambda: NETWORKS["embedding"]().to(torch.bfloat16)  # noqa: E731
    half = ll.problem(build, train=[(x, x[:, 0] % 3)], test=[(x, x[:, 0] % 3)], precision="own")
    with pytest.raises(ValueError, match=r"rounded, too much in torch\.bfloat16; take precision: fp32"):
        ll.build.balance(half, [point(half.init(1))])


def test_products_that_share_a_parameter_have_the_least_norm_together():
    """Of W_3 W_2 W_1 = U S V^T the least |W_1|^2 + |W_2|^2 + |W_3|^2 is 3 tr S^(2/3)."""
    x, y = torch.randn(12, 6, generator=stream("x")), torch.randint(3, (12,), generator=stream("y"))
    layers = [nn.Linear(a, b, bias=False) for a, b in ((6, 4), (4, 5), (5, 3))]
    problem = ll.problem(lambda: nn.Sequential(*layers), train=[(x, y)], test=[(x, y)], precision="fp64")
    theta = problem.init(0)
    one, two, three = problem.space.unravel(theta).values()
    least = 3 * torch.linalg.svdvals(three @ two @ one).pow(2 / 3).sum()
    made = ll.build.balance(problem, [point(theta)]).end
    assert (made @ made).item() == pytest.approx(least.item(), rel=1e-6)
    assert (theta @ theta) > 1.01 * least


def test_a_parameter_that_maps_places_to_themselves_is_no_factor():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.inner, self.last = nn.Linear(6, 4), nn.Linear(4, 4), Adapted(4, 3)

        def forward(self, x):
            x = self.first(x)
            return self.last(x + self.inner(x))

    batches = [(torch.randn(12, 6, generator=stream("x")), torch.randint(3, (12,), generator=stream("y")))]
    problem = ll.problem(Residual, train=batches, test=batches, precision="fp64")
    theta = problem.init(0)
    made = ll.build.balance(problem, [point(theta)])
    changed = {n for n, t in problem.space.unravel(made.end - theta).items() if t.any()}
    assert (made.notes["products"], changed) == (1, {"last.down.weight", "last.up.weight"})
