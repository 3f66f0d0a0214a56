"""The Hessian engine against dense matrices of its own making: finite differences, planted spectra."""

import functools
from dataclasses import replace

import pandas as pd
import pytest
import torch
from conftest import normalised_network, random_pictures

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.evaluate import calibrated
from lossland.landscape.hessian import Hessian, extremes
from lossland.landscape.lanczos import lanczos
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import hessian_plane, line, sgd
from lossland.options import Recipe
from lossland.probes import curvature
from lossland.rng import stream


@functools.cache
def trained():
    """A network with batch norm, and 50 examples in batches of 7: the last has one."""
    problem = Problem(ParamSpace(normalised_network), random_pictures(50), batch_size=7)
    run = sgd.build(problem, [], recipe=Recipe(4, 0.1, batch_size=10), seed=0)
    return problem, run.end, calibrated(problem, run.end)


@functools.cache
def dense():
    """The Hessian [D D] in float64 by central differences of the gradient of the mean loss over all examples at once."""
    problem, theta, state = trained()
    network = normalised_network().double().eval()
    inputs, target = problem.data.inputs("train", slice(None)).double(), problem.data.y["train"]
    buffers = {n: b.double() for n, b in state.items()}

    def gradient(theta):
        theta = theta.detach().requires_grad_()
        parameters = problem.space.unravel(theta)
        outputs = torch.func.functional_call(network, (parameters, buffers), (inputs,))
        return torch.autograd.grad(torch.nn.functional.cross_entropy(outputs, target), theta)[0]

    step = 1e-6
    unit = torch.eye(len(theta), dtype=torch.float64) * step
    rows = [(gradient(theta.double() + e) - gradient(theta.double() - e)) / (2 * step) for e in unit]
    return (torch.stack(rows) + torch.stack(rows).T) / 2


def test_a_product_is_that_with_the_dense_matrix():
    """The loss is the mean over examples, so the small last batch counts by its size."""
    problem, theta, state = trained()
    v = torch.randn(len(theta), generator=stream(0))
    torch.testing.assert_close(Hessian(problem, theta, state)(v).double(), dense() @ v.double(), rtol=1e-3, atol=1e-4)


def test_batches_do_not_matter():
    problem, theta, state = trained()
    whole = Problem(problem.space, problem.data, batch_size=50)
    v = torch.randn(len(theta), generator=stream(0))
    torch.testing.assert_close(Hessian(whole, theta, state)(v), Hessian(problem, theta, state)(v), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("leave_out", [(), ("bias", "norm"), ("weight",)])
def test_both_ends_of_the_spectrum(leave_out):
    problem, theta, state = trained()
    mask = problem.space.mask(leave_out)
    eigenvalues = torch.linalg.eigvalsh(dense()[mask][:, mask])
    scale = eigenvalues.abs().max()
    found = extremes(problem, theta, state, stream("lanczos"), leave_out, tolerance=1e-4)
    rough = extremes(problem, theta, state, stream("lanczos"), leave_out, tolerance=1e-2)
    assert rough.products < found.products
    for ritz in (found, rough):
        assert ((ritz.values - eigenvalues[[0, -1]]).abs() <= ritz.bounds + 1e-5 * scale).all()
        nearest = (ritz.values[:, None] - eigenvalues).abs().amin(1)
        assert (nearest <= ritz.residuals + 1e-5 * scale).all()
        vectors = ritz.vectors.double()
        assert not vectors[:, ~mask].any()
        masked = dense() * mask[:, None] * mask
        true = (vectors @ masked - ritz.values[:, None] * vectors).norm(dim=1)
        torch.testing.assert_close(true, ritz.residuals, rtol=0.05, atol=float(1e-4 * scale))


def test_small_negative_eigenvalues_are_found():
    """One run for both ends: a shifted matrix would lose the lower one, at 0.2 % of the higher."""
    rng = torch.Generator().manual_seed(0)
    d = torch.cat([torch.tensor([-0.2, 100.0, 60.0]), torch.rand(997, generator=rng) * 5])
    q = torch.linalg.qr(torch.randn(1000, 1000, generator=rng))[0]
    ritz = lanczos(lambda v: q @ (d * (q.T @ v)), torch.randn(1000, generator=rng), tolerance=1e-2, limit=200)
    assert ritz.values.tolist() == pytest.approx([-0.2, 100], abs=1e-2)
    assert ritz.bounds[0] <= 1e-2


SPECTRA = {  # ends beside a bulk, as networks have them
    "network": lambda rng: torch.linalg.eigvalsh(dense()),
    "outlier": lambda rng: torch.cat([torch.tensor([100.0, -1.5]), torch.rand(398, generator=rng)]),
    "lower end beside the bulk": lambda rng: torch.cat([torch.tensor([-1.0, -0.97, 5]), torch.randn(397, generator=rng) / 5]),
    "small negative": lambda rng: torch.cat([torch.tensor([-0.02, 1, 0.5, 0.3]), torch.rand(396, generator=rng) / 50]),
    "one side": lambda rng: torch.cat([torch.zeros(200), torch.rand(198, generator=rng) / 50, torch.tensor([1, 0.5])]),
    "degenerate": lambda rng: torch.cat([torch.full((7,), -1.0), torch.full((3,), 5), torch.rand(390, generator=rng)]),
    "no bulk": lambda rng: torch.tensor([-1.0, 2, 3]).repeat(100),
}


@pytest.mark.parametrize("name", SPECTRA)
def test_no_start_gives_a_wrong_end(name):
    """A Ritz value that stands still at the second eigenvalue, for the start has little of the first, is no end. Three
    starts have a tenth to a thousandth of the usual part. Nothing is rotated: a random start has no direction."""
    d = SPECTRA[name](torch.Generator().manual_seed(0)).double()
    ends, unlucky = torch.stack([d.min(), d.max()]), int(d.argmin())
    allowed = 1e-2 * ends.abs().clamp(min=1e-2 * ends.abs().max())
    for seed in range(100 if name == "network" else 25):
        start = torch.randn(len(d), generator=stream(seed), dtype=torch.float64)
        if seed < 3:
            start[d == d[unlucky]] *= 10.0 ** -(1 + seed)  # three orders are as rare as one start in a thousand
        ritz = lanczos(lambda v: d * v, start, tolerance=1e-2)
        assert ((ritz.values - ends).abs() <= ritz.bounds + 1e-12).all()
        assert (ritz.bounds <= allowed + 1e-6 * ends.abs().max()).all()


def test_the_bound_is_not_much_larger_than_chance_demands():
    """A start with less of the lowest eigenvector than the bound allows for, 1e-4 of the usual, is one that it does not hold for."""
    d = torch.cat([torch.tensor([-1.0, -0.5, 5]), torch.linspace(-0.1, 0.1, 997)]).double()
    start = torch.randn(len(d), generator=stream(0), dtype=torch.float64)
    assert lanczos(lambda v: d * v, start, tolerance=0.1).values[0] == pytest.approx(-1, abs=1e-3)
    start[0] = 1e-9
    assert lanczos(lambda v: d * v, start, tolerance=0.1).values[0] == pytest.approx(-0.5, abs=1e-3)


def test_more_eigenvalues_than_products_are_refused():
    with pytest.raises(ValueError, match="3 products do not find 4 eigenvalues"):
        lanczos(lambda v: v, torch.ones(9), lowest=2, highest=2, limit=3)


def test_an_invariant_space_ends_the_run():
    d = torch.tensor([3.0, -1.0, 3.0, -1.0])
    ritz = lanczos(lambda v: d * v, torch.ones(4), tolerance=1e-6)
    assert ritz.products == 2
    assert ritz.values.tolist() == pytest.approx([-1, 3])
    zero = lanczos(lambda v: 0 * v, torch.ones(4))
    assert zero.values.tolist() == [0]


def test_several_of_the_highest():
    d = torch.arange(1.0, 51) ** 2
    ritz = lanczos(lambda v: d * v, torch.randn(50, generator=stream(1)), lowest=0, highest=3, tolerance=1e-4, limit=50)
    assert ritz.values.tolist() == pytest.approx([48**2, 49**2, 50**2], rel=1e-3)
    torch.testing.assert_close(ritz.vectors @ ritz.vectors.T, torch.eye(3), rtol=0, atol=1e-4)


def test_the_limit_is_kept_and_the_residual_says_so():
    d = torch.linspace(-1, 1, 500)
    ritz = lanczos(lambda v: d * v, torch.randn(500, generator=stream(1)), tolerance=1e-9, limit=7)
    assert ritz.products == 7
    assert (ritz.residuals > 1e-9).all()
    assert (ritz.bounds > 1).all()  # seven products say nothing


def test_sharpest_directions():
    problem, _, _ = trained()
    run = sgd.build(problem, [], recipe=Recipe(4, 0.1, batch_size=10), seed=0)
    plane = hessian_plane.build(problem, [run], seed=0, leave_out=[], tolerance=1e-4)
    eigenvalues, vectors = torch.linalg.eigh(dense())
    noted = plane.notes["direction.eigenvalue"]
    torch.testing.assert_close(noted, eigenvalues[[-1, -2]], rtol=1e-3, atol=1e-4)
    overlap = (plane.anchors[1:].double() @ vectors[:, [-1, -2]]).abs()
    torch.testing.assert_close(overlap, torch.eye(2, dtype=torch.float64), rtol=0, atol=2e-2)


def test_a_far_outlier_is_found_once():
    """What is multiplied are the basis vectors: they stay orthonormal, so no second copy of 10^4 stands in place of 3."""
    d, asked = torch.cat([torch.linspace(-1, 1, 398), torch.tensor([3.0, 1e4])]), []

    def product(v):
        asked.append(v)
        return d * v

    ritz = lanczos(product, torch.randn(400, generator=stream(1)), highest=2, tolerance=1e-12, limit=80)
    basis = torch.stack(asked).double()
    assert len(basis) == ritz.products == 80
    torch.testing.assert_close(basis @ basis.T, torch.eye(80, dtype=torch.float64), rtol=0, atol=1e-5)
    assert ritz.values[-2:].tolist() == pytest.approx([3, 1e4], rel=1e-3)


@pytest.mark.parametrize(
    "option",
    [{"bn": "recalibrate"}, {"leave_out": ["weight"]}, {"examples": 12}, {"split": "test"}, {"products": 4}],
    ids=lambda option: next(iter(option)),
)
def test_curvature_heeds_each_option(option):
    """Away from the first anchor: another value than without the option, and that of the engine called by hand."""
    problem, start, _ = trained()
    path = Subspace(torch.stack([start, problem.init(5)]), PolyChain(2))
    given = {"bn": "keep", "leave_out": ["bias", "norm"], "examples": None, "split": "train", "products": 100} | option
    few, theta = replace(problem, examples=given["examples"]), path.anchors[1]
    state = calibrated(few, theta if given["bn"] == "recalibrate" else start)
    ends = extremes(
        few, theta, state, stream("lanczos"), given["leave_out"], given["split"], tolerance=1e-3, limit=given["products"]
    )
    plain, found = (curvature.measure(problem, path, resolution=2, tolerance=1e-3, **o).iloc[1] for o in ({}, option))
    known = ends.values.masked_fill(ends.bounds > 1e-3 * ends.values.abs().max(), torch.nan)
    assert found[["lowest", "highest"]].tolist() == pytest.approx(known.tolist(), rel=1e-5, nan_ok=True)
    assert found[["lowest_error", "highest_error"]].tolist() == pytest.approx(ends.bounds.tolist(), rel=1e-2)
    assert found["products"] == ends.products
    assert not abs(found["highest"] / plain["highest"] - 1) <= 1e-3
    assert (known.isnan().any()) == ("products" in option)  # four leave the ends unknown


def test_curvature_along_a_path_and_where_there_is_none():
    """Its ends are those at the point; a point that is not finite is a row of NaN; shards are the whole."""
    problem, _, _ = trained()
    other = sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=1)
    path = line.build(problem, [sgd.build(problem, [], recipe=Recipe(4, 0.1, batch_size=10), seed=0), other])
    options = {"resolution": 3, "leave_out": [], "tolerance": 1e-3}
    table = curvature.measure(problem, path, **options)
    eigenvalues = torch.linalg.eigvalsh(dense())
    first = table.iloc[0]
    assert first["lowest"] == pytest.approx(float(eigenvalues[0]), abs=2e-3 * float(eigenvalues[-1]))
    assert first["highest"] == pytest.approx(float(eigenvalues[-1]), rel=2e-3)
    assert first["ratio"] == pytest.approx(abs(first["lowest"] / first["highest"]))
    parts = [curvature.measure(problem, path, **options, shard=(i, 2)) for i in (1, 2)]
    pd.testing.assert_frame_equal(pd.concat(parts), table.set_axis([0, 0, 1]))
    path.anchors[1] = torch.inf
    broken = curvature.measure(problem, path, **options)
    assert broken["highest"].isna().tolist() == [False, True, True]
