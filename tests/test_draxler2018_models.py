"""Draxler et al.'s networks by their parameter counts and start, toy landscapes by closed forms and floods, exclusive or."""

import itertools
import math
from functools import partial

import pytest
import torch
from conftest import ROOT
from scipy import ndimage
from torch import nn

from lossland.data import formula, xor
from lossland.geometry.known_saddles import TOYS
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import sgd
from lossland.models import cnn_wxd, densenet, mlp, resnet, toy
from lossland.options import Recipe
from lossland.workflow.configfile import read

C10 = (3, 32, 32), 10
DIGITS = (1, 8, 8), 10
FORMS = pytest.mark.parametrize("form", TOYS)


COUNTS = {
    790_706: partial(cnn_wxd.build, width=12), 1_578_074: partial(cnn_wxd.build, width=24),
    2_365_442: partial(cnn_wxd.build, width=36), 3_152_810: partial(cnn_wxd.build, width=48),
    6_302_282: partial(cnn_wxd.build, width=96), 851_258: partial(cnn_wxd.build, width=48, depth=2),
    319_178: partial(cnn_wxd.build, width=48, depth=3), 78_042: partial(resnet.build, depth=8),
    272_474: partial(resnet.build, depth=20), 466_906: partial(resnet.build, depth=32),
    661_338: partial(resnet.build, depth=44), 855_770: partial(resnet.build, depth=56),
}  # fmt: skip


@pytest.mark.parametrize(("count", "build"), COUNTS.items())
def test_parameters(count, build):
    with torch.device("meta"):
        assert sum(p.numel() for p in build(*C10).parameters()) == count


@pytest.mark.parametrize(
    "build",
    [
        partial(cnn_wxd.build, width=48, depth=2),
        partial(resnet.build, depth=20, initialiser="draxler2018"),
        partial(densenet.build, blocks=[4, 4], growth=12, initialiser="draxler2018"),
    ],
)
def test_start_of_draxler2018(build):
    """Deviations sqrt(1 / fan-in) of convolutions and linear layers alike; biases 0, norms 1 and 0."""
    torch.manual_seed(1)
    for m in build(*C10).modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            assert m.weight.std().item() == pytest.approx(math.sqrt(1 / m.weight[0].numel()), rel=0.2)
        elif isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            assert (m.weight == 1).all()
        if getattr(m, "bias", None) is not None:
            assert not m.bias.any()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: cnn_wxd.build(*DIGITS, depth=4), "depth 4 is too much for images of 8 x 8"),
        (lambda: toy.build((0,), 1, form="eggcarton", dimension=1), "eggcarton has 2 coordinates, and dimension is 1"),
    ],
)
def test_what_cannot_be_built_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def _stationary(form, start):
    """Where Newton's method leads from `start`: the point, L there, and the eigenvalues of the Hessian."""
    point = torch.tensor(start, dtype=torch.float64)

    def loss(p):
        return toy.FORMS[form](p[0], p[1])

    for _ in range(10):
        hessian = torch.autograd.functional.hessian(loss, point)
        point = point - torch.linalg.solve(hessian, torch.autograd.functional.jacobian(loss, point))
    return point, loss(point).item(), torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, point))


@FORMS
def test_wells_are_minima_and_passes_saddles_of_one_height(form):
    for negative, points in ((0, TOYS[form].wells), (1, TOYS[form].passes)):
        for known in points:
            point, loss, eigenvalues = _stationary(form, known)
            assert point.tolist() == pytest.approx(known, abs=1e-5)
            assert (eigenvalues < 0).sum() == negative
            assert loss == pytest.approx(TOYS[form].height, abs=1e-6) if negative else loss < TOYS[form].height


def test_mueller_brown_is_the_chemists_surface():
    """Energies of the two lowest minima and of the saddle between them, as printed since 1979, in hundredths."""
    energies = [100 * _stationary("mueller_brown", p)[1] for p in TOYS["mueller_brown"].wells + TOYS["mueller_brown"].passes]
    assert energies == pytest.approx([-146.6995, -108.1667, -40.6648], abs=1e-4)


@FORMS
def test_water_joins_wells_at_the_known_height(form):
    """Just below it no two wells are in one lake, just above it all are."""
    axes = torch.linspace(-2, 4, 1201, dtype=torch.float64)
    x, y = torch.meshgrid(axes, axes, indexing="ij")
    loss = toy.FORMS[form](x, y)
    cells = [tuple(round((c + 2) / 0.005) for c in well) for well in TOYS[form].wells]
    for level, lakes in ((-0.01, len(cells)), (0.01, 1)):
        basins, _ = ndimage.label((loss < TOYS[form].height + level).numpy())
        found = {int(basins[cell]) for cell in cells}
        assert len(found) == lakes
        assert 0 not in found


@FORMS
def test_segments_between_wells_lie_higher_than_the_passes(form):
    """All but those along a symmetry of the egg carton."""
    share = torch.linspace(0, 1, 101)
    for a, b in itertools.combinations(TOYS[form].wells, 2):
        x, y = (u + share * (v - u) for u, v in zip(a, b, strict=True))
        assert toy.FORMS[form](x, y).max() >= TOYS[form].height + (0 if a[0] == b[0] else 0.01)


def _problem(form, dimension=2):
    return Problem(ParamSpace(partial(toy.build, (0,), 1, form=form, dimension=dimension)), formula.load(None))


@FORMS
def test_seeds_fall_in_different_wells_and_are_trained_in(form):
    problem, wells = _problem(form, dimension=4), torch.tensor(TOYS[form].wells)
    starts = torch.stack([problem.init(seed) for seed in range(12)])
    distance, well = torch.cdist(starts[:, :2], wells).min(1)
    assert set(well.tolist()) == set(range(len(wells)))
    assert 0 < distance.min() < distance.max() < 5 * toy.SPREAD
    assert torch.equal(starts[3], problem.init(3))
    recipe = Recipe(epochs=300, lr=0.02, batch_size=1, schedule="constant")
    (trained,) = sgd.build(problem, [], recipe=recipe, seed=3).anchors
    assert torch.allclose(trained, nn.functional.pad(wells[well[3]], (0, 2)), atol=1e-3)


TOY_NETWORKS = [
    (name, network)
    for file in sorted((ROOT / "configs").glob("*.yaml"))
    for name, network in (read([file]).plain.get("network") or {}).items()
    if network["model"] == "toy"
]


@pytest.mark.parametrize("name", TOYS)
def test_the_pairs_of_the_configs_lie_in_different_wells(name):
    chosen = [network for label, network in TOY_NETWORKS if label == name]
    assert chosen
    for network in chosen:
        problem, wells = _problem(network["form"], network.get("dimension", 2)), torch.tensor(TOYS[name].wells)
        starts = torch.stack([problem.init(seed) for seed in network["seeds"]])
        found = wells[torch.cdist(starts[:, :2], wells).argmin(1)]
        assert (found[::2] != found[1::2]).any(1).all()


def test_further_coordinates_are_harmonic():
    network = toy.build((0,), 1, form="curved_valley", dimension=4)
    with torch.no_grad():
        network.point.copy_(torch.tensor([0.0, 1.0, 3.0, 4.0]))
    assert network(torch.zeros(2, 0)).tolist() == [1 + 25 / 2] * 2


def test_exclusive_or():
    """Two hidden units |x - y| / 2 and its mirror image decide it, in either order; no line does."""
    data = xor.load(None, copies=3)
    assert data.task == "binary"
    assert len(data.x["train"]) == 12
    assert {(*map(int, x), int(y)) for x, y in zip(data.x["test"], data.y["test"], strict=True)} == {
        (-1, -1, 0), (-1, 1, 1), (1, -1, 1), (1, 1, 0),
    }  # fmt: skip
    x, y = data.x["val"], data.y["val"]
    network = mlp.build(data.shape, 1, hidden=[2])
    for sign in (1.0, -1.0):
        with torch.no_grad():
            for p, value in zip(network.parameters(), ([[sign, -sign], [-sign, sign]], [0, 0], [[1, 1]], [-1]), strict=True):
                p.copy_(torch.tensor(value))
        assert ((network(x)[:, 0] > 0) == y).all()
    assert torch.linalg.lstsq(nn.functional.pad(x, (0, 1), value=1), y - 0.5).solution.abs().max() < 1e-6
