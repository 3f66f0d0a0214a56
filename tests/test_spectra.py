"""Spectra, traces and Gauss-Newton products against planted and dense matrices."""

import importlib.util

import numpy as np
import pytest
import torch
from test_hessian import dense, trained
from torch import nn

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.hessian import GaussNewton, Hessian
from lossland.landscape.lanczos import quadrature
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.landscape.trace import xtrace
from lossland.probes import spectrum
from lossland.rng import stream
from lossland.statistics.spectra import density, numbers

PLANTED = torch.tensor([5.0] + [1.0] * 3 + [0.0] * 15 + [-0.5], dtype=torch.float64)


def signs(n, seed=0):
    return (2.0 * torch.randint(2, (n,), generator=stream(seed)) - 1).double()


def test_four_products_know_a_spectrum_of_four_values():
    """Each of the 20 entries of a start of signs has the square 1/20, so the weights are those of the values, exactly."""
    nodes, weights = quadrature(lambda v: PLANTED * v, signs(20) / 20**0.5, 10)
    assert nodes.tolist() == pytest.approx([-0.5, 0, 1, 5], abs=1e-12)
    assert weights.tolist() == pytest.approx([1 / 20, 15 / 20, 3 / 20, 1 / 20], abs=1e-12)


def test_moments_of_the_nodes_are_those_of_the_start():
    rng = torch.Generator().manual_seed(0)
    matrix = torch.randn(30, 30, generator=rng, dtype=torch.float64)
    matrix = (matrix + matrix.T) / 10
    start = signs(30) / 30**0.5
    nodes, weights = quadrature(lambda v: matrix @ v, start, 6)
    for j in range(12):
        assert (weights * nodes**j).sum() == pytest.approx(
            (start @ torch.linalg.matrix_power(matrix, j) @ start).item(), rel=1e-9
        )


@pytest.mark.parametrize(("probes", "exact"), [(5, False), (6, True), (9, True)])
def test_the_trace_of_a_matrix_of_rank_five_is_exact_with_six_probes(probes, exact):
    rng = torch.Generator().manual_seed(1)
    b = torch.randn(60, 5, generator=rng, dtype=torch.float64)
    matrix = b @ torch.diag(torch.tensor([3.0, 2, 1, -1, -2]).double()) @ b.T
    mask = torch.ones(60, dtype=torch.bool)
    trace, error = xtrace(lambda v: matrix @ v, torch.zeros(60).double(), mask, probes, stream(0))
    assert (abs(trace - matrix.trace()) < 1e-6 * matrix.norm()) == exact
    assert (error < 1e-6 * matrix.norm()) == exact


def test_the_error_of_a_trace_is_of_its_size():
    rng = torch.Generator().manual_seed(2)
    matrix = torch.randn(80, 80, generator=rng, dtype=torch.float64)
    matrix = matrix + matrix.T + 10 * torch.eye(80).double()
    found = [xtrace(lambda v: matrix @ v, torch.zeros(80).double(), torch.ones(80), 8, stream(s)) for s in range(60)]
    off, said = (torch.stack(part) for part in zip(*found, strict=True))
    off = off - matrix.trace()
    assert abs(off.mean()) < 4 * off.std() / 60**0.5, "unbiased"
    assert 0.5 < said.square().mean().sqrt() / off.std() < 1.5


def test_one_probe_of_a_diagonal_block():
    mask = torch.arange(20) < 4
    trace, _ = xtrace(lambda v: PLANTED * v * mask, torch.zeros(20).double(), mask, 1, stream(0))
    assert trace == pytest.approx(8)


def softmax_regression(d=4, classes=3, n=25):
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randn(n, d, generator=rng) for s in ("train", "val", "test")}
    y = {s: torch.randint(classes, (n,), generator=rng) for s in x}
    return Problem(ParamSpace(lambda: nn.Linear(d, classes, bias=False)), Arrays(x, y, classes), batch_size=7), x[
        "train"
    ].double()


@pytest.mark.parametrize("matrix", [Hessian, GaussNewton])
def test_softmax_regression_at_zero(matrix):
    """H = G = F = (1/C) (1 - 1 1^T / C) (x) E[x x^T]: eigenvalues those of E[x x^T] / C, C - 1 times each, and 0 d times."""
    problem, x = softmax_regression()
    covariance = x.T @ x / len(x)
    product = matrix(problem, torch.zeros(12), {})
    whole = torch.stack([product(row) for row in torch.eye(12)]).double()
    expected = torch.kron(torch.eye(3).double() - 1 / 3, covariance) / 3
    torch.testing.assert_close(whole, expected, rtol=1e-4, atol=1e-6)
    nodes, _ = quadrature(product, torch.randn(12, generator=stream(1)), 5)
    own = torch.linalg.eigvalsh(covariance) / 3
    assert nodes.tolist() == pytest.approx([0, *own.tolist()], abs=1e-4), "one start finds one vector of equal eigenvalues"
    table = numbers(spectrum.measure(problem, Subspace(torch.zeros(1, 12), Points(1)), probes=12).assign(subspace="", run=""))
    assert table["trace"].item() == pytest.approx(2 / 9 * 3 * covariance.trace().item(), rel=1e-4)


def jacobian_form(problem, theta, state):
    """mean J^T (diag p - p p^T) J in float64, by a Jacobian of the module itself."""
    from conftest import normalised_network

    network = normalised_network().double().eval()
    inputs = problem.data.inputs("train", slice(None)).double()
    buffers = {n: b.double() for n, b in state.items()}
    call = lambda t: torch.func.functional_call(network, (problem.space.unravel(t), buffers), (inputs,))  # noqa: E731
    j, p = torch.func.jacrev(call)(theta.double()), call(theta.double()).softmax(1)
    s = torch.diag_embed(p) - p[:, :, None] * p[:, None]
    return torch.einsum("ncd,nce,nef->df", j, s, j) / len(inputs)


def test_a_gauss_newton_product_is_that_with_the_dense_matrix():
    problem, theta, state = trained()
    v = torch.randn(len(theta), generator=stream(0))
    expected = jacobian_form(problem, theta, state) @ v.double()
    torch.testing.assert_close(GaussNewton(problem, theta, state)(v).double(), expected, rtol=1e-3, atol=1e-4)


def test_at_a_perfect_fit_the_hessian_is_gauss_newton():
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randn(20, 3, generator=rng) for s in ("train", "val", "test")}
    network = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    data = Arrays(x, {s: network(v).detach() for s, v in x.items()}, 2, task="regression")
    problem = Problem(ParamSpace(network), data)
    theta, v = problem.space.ravel(dict(network.named_parameters())), torch.randn(32, generator=rng)
    torch.testing.assert_close(GaussNewton(problem, theta, {})(v), Hessian(problem, theta, {})(v), rtol=1e-4, atol=1e-5)
    other = theta + 1
    assert not torch.allclose(GaussNewton(problem, other, {})(v), Hessian(problem, other, {})(v), rtol=1e-2)


def test_the_spectrum_of_a_network_and_of_a_block():
    """Density, trace, ends against the eigenvalues of the dense Hessian; a start stays in its block."""
    problem, theta, _ = trained()
    end = Subspace(theta[None], Points(1))
    for leave_out in ((), ("bias", "norm")):
        mask = problem.space.mask(leave_out)
        eigenvalues = torch.linalg.eigvalsh(dense()[mask][:, mask]).numpy()
        nodes = spectrum.measure(problem, end, starts=4, steps=30, probes=8, leave_out=leave_out).assign(subspace="", run="")
        table = numbers(nodes).iloc[0]
        scale = np.abs(eigenvalues).max()
        assert table["dimension"] == len(eigenvalues)
        assert table["trace"] == pytest.approx(eigenvalues.sum(), abs=4 * table["error"] + 1e-3 * scale)
        own = numbers(nodes.assign(trace=np.nan)).iloc[0]
        assert own["trace"] == pytest.approx(eigenvalues.sum(), abs=5 * own["error"])
        assert (table["lowest"], table["highest"]) == pytest.approx((eigenvalues[0], eigenvalues[-1]), abs=1e-3 * scale)
        at, width = np.linspace(-scale, scale, 50), scale / 5
        exact = np.exp(-0.5 * ((at[:, None] - eigenvalues) / width) ** 2).mean(1) / (width * np.sqrt(2 * np.pi))
        assert np.abs(density(nodes, at, width) - exact).max() < 0.2 * exact.max()


def test_what_is_not_finite_is_one_nan():
    problem, _ = softmax_regression()
    nodes = spectrum.measure(problem, Subspace(torch.full((1, 12), torch.nan), Points(1)), starts=2, steps=3, probes=2)
    assert nodes["value"].isna().tolist() == [True, True]


def test_numbers_of_planted_nodes():
    import pandas as pd

    nodes = pd.DataFrame({"subspace": "a", "run": "1", "index": 0, "start": [0, 0, 1], "value": [-1.0, 99, 2],
                          "weight": [0.99, 0.01, 1.0], "dimension": 100, "trace": np.nan, "trace_error": np.nan})  # fmt: skip
    found = numbers(nodes).iloc[0]
    assert (found["trace"], found["lowest"], found["highest"]) == pytest.approx((100, -1, 99))
    assert found["error"] == pytest.approx(100)
    assert (found["negative"], found["spread"]) == pytest.approx((0.495, ((0.99 + 98.01 + 4) / 2) ** 0.5))


@pytest.mark.skipif(importlib.util.find_spec("curvlinops") is None, reason="curvlinops is not installed")
def test_products_are_those_of_curvlinops():
    from conftest import normalised_network
    from curvlinops import GGNLinearOperator, HessianLinearOperator

    problem, theta, state = trained()
    network = normalised_network().eval()
    network.load_state_dict(problem.space.unravel(theta) | state, strict=False)
    data = [(problem.data.inputs("train", slice(None)), problem.data.y["train"])]
    v = torch.randn(len(theta), generator=stream(0))
    for ours, theirs in ((Hessian, HessianLinearOperator), (GaussNewton, GGNLinearOperator)):
        operator = theirs(network, nn.CrossEntropyLoss(), list(network.parameters()), data)
        torch.testing.assert_close(ours(problem, theta, state)(v), torch.as_tensor(operator @ v), rtol=1e-3, atol=1e-4)
