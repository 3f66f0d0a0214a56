"""Hessians of attention, recurrent and checkpointed networks against the full matrix; what has no second derivative; memory."""

import subprocess
import sys
from functools import partial

import pytest
import torch
from test_any_space import arrays
from torch import nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint

import lossland as ll
from lossland.geometry.charts.points import Points
from lossland.landscape.hessian import Hessian, extremes
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import sgd
from lossland.models import vision_transformer
from lossland.options import Recipe
from lossland.probes import curvature
from lossland.rng import stream


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(6, 18), nn.Linear(6, 3)

    def forward(self, x):
        return self.out(F.scaled_dot_product_attention(*self.qkv(x).chunk(3, -1)).mean(1))


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.m, self.out = nn.MultiheadAttention(6, 2, batch_first=True), nn.Linear(6, 3)

    def forward(self, x):
        return self.out(self.m(x, x, x, need_weights=False)[0].mean(1))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.out = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True), nn.Linear(6, 3)

    def forward(self, x):
        return self.out(self.e(x).mean(1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.r, self.out = nn.LSTM(6, 4, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        return self.out(self.r(x)[0][:, -1])


class Checkpointed(nn.Module):
    def __init__(self, kept=False):
        super().__init__()
        self.a, self.b, self.kept = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh()), nn.Linear(8, 3), kept

    def forward(self, x):
        return self.b(self.a(x) if self.kept else checkpoint(self.a, x, use_reentrant=False)).mean(1)


@pytest.mark.parametrize("batch_size", [96, 40])
@pytest.mark.parametrize("build", [Attention, Heads, Encoder, Recurrent, Checkpointed])
def test_products_are_those_with_the_full_hessian(build, batch_size):
    problem = Problem(ParamSpace(build), arrays(shape=(5, 6)), batch_size=batch_size)
    theta, x, y = problem.init(1), problem.data.x["train"], problem.data.y["train"]
    plain = ParamSpace(partial(build, kept=True)) if build is Checkpointed else problem.space
    with sdpa_kernel(SDPBackend.MATH):
        v = torch.randn(len(theta), generator=stream(0))
        expected = torch.autograd.functional.hvp(lambda t: F.cross_entropy(plain.predict(t, {}, x), y), theta, v)[1]
    product = Hessian(problem, theta, {})
    for _ in range(2):
        torch.testing.assert_close(product(v), expected, rtol=1e-3, atol=1e-5)


def test_a_checkpointed_network_trains_as_without():
    recipe = Recipe(epochs=3, lr=0.1, batch_size=32)
    ends = [
        sgd.build(Problem(ParamSpace(partial(Checkpointed, kept)), arrays(shape=(5, 6))), [], recipe=recipe, seed=1).end
        for kept in (True, False)
    ]
    assert torch.equal(*ends)


class Reentrant(Checkpointed):
    def forward(self, x):
        return self.b(checkpoint(self.a, x, use_reentrant=True)).mean(1)


def test_a_part_that_gets_no_gradient_is_refused():
    """PyTorch warns, and trains all but that part."""
    with pytest.raises(ValueError, match="gets no gradient; give checkpoint use_reentrant=False"):
        Problem(ParamSpace(Reentrant), arrays(shape=(5, 6))).check()


def test_curvature_of_the_vision_transformer():
    data = arrays(n=12, shape=(3, 8, 8))
    build = partial(vision_transformer.build, (3, 8, 8), 3, image_size=8, patch_size=4, layers=1, heads=2, width=8, mlp=8)
    problem = Problem(ParamSpace(build), data)
    net = Subspace(problem.init(1)[None], Points(1))
    table = curvature.measure(problem, net, leave_out=[], only=["heads"], tolerance=1e-4)
    own = problem.space.mask((), ["heads"])
    x, y = data.x["train"], data.y["train"]

    def loss(head):
        theta = net.end.clone()
        theta[own] = head
        return F.cross_entropy(problem.space.predict(theta, {}, x), y)

    with sdpa_kernel(SDPBackend.MATH):
        full = torch.autograd.functional.hessian(loss, net.end[own])
    assert table["highest"].item() == pytest.approx(torch.linalg.eigvalsh(full)[-1].item(), rel=1e-3)


class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        return 2 * gradient


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, gradient):
        return 2 * ctx.saved_tensors[0] * gradient


class Constant(Square):
    @staticmethod
    def backward(ctx, gradient):
        return 2 * ctx.saved_tensors[0].detach() * gradient


def of_function(function):
    class Own(nn.Linear):
        def forward(self, x):
            return function(super().forward(x))

    x = torch.randn(40, 6)
    problem = ll.problem(lambda: Own(6, 3), train=[(x, x[:, :3].argmax(1))], test=[(x, x[:, :3].argmax(1))])
    return ll.measure.curvature(problem, Subspace(problem.init(1)[None], Points(1)), leave_out=[])["highest"].item()


def test_a_function_of_ones_own_is_right_to_the_second_derivative_or_refused():
    torch.manual_seed(0)
    right = of_function(torch.square)
    torch.manual_seed(0)
    assert of_function(Square.apply) == pytest.approx(right, rel=1e-4)
    with pytest.raises(ValueError, match="has not the second derivative that follows from its first"):
        of_function(Constant.apply)


class Custom(nn.Linear):
    def forward(self, x):
        return Once.apply(super().forward(x))


class Beside(Custom):
    """A second path, along which there is a second derivative: the sum would be without the first."""

    def forward(self, x):
        return super().forward(x) + F.linear(x, self.weight)


@pytest.mark.parametrize("build", [Custom, Beside])
def test_what_cannot_be_differentiated_twice_is_one_sentence(build):
    problem = Problem(ParamSpace(lambda: build(6, 3)), arrays())
    with pytest.raises(ValueError, match=r"the network cannot be differentiated twice, as its Hessian needs .*; put another"):
        extremes(problem, problem.init(0), {}, stream(0), leave_out=())


class Linear(nn.Module):
    """A loss that is linear in theta."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(4))

    def forward(self, x):
        return self.w.sum().expand(len(x))


def test_a_linear_loss_has_no_curvature():
    problem = Problem(ParamSpace(Linear), arrays(), task="analytic")
    assert extremes(problem, problem.init(0), {}, stream(0), leave_out=()).values.tolist() == [0]


MEMORY = """
import resource, torch
from lossland.landscape.lanczos import lanczos
D, n = 4_000_000, 20
d = torch.linspace(-1, 1, D)
start = torch.randn(D)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lanczos(lambda v: d * v, start, tolerance=1e-9, limit=n)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (4 * D * n))
"""


def test_the_basis_of_lanczos_is_in_memory_once():
    """20 vectors of 16 MB, and a few at work; a copy of all is twice as much."""
    made = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert float(made.stdout) < 1.6
