"""What of a network is theta: frozen parts, parts by name, complex parameters, buffers, norm layers; against PyTorch itself."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import weight_norm
from torch.nn.utils.parametrizations import orthogonal, spectral_norm
from torch.utils.data import DataLoader, TensorDataset

import lossland as ll
from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import collected
from lossland.landscape.hessian import extremes
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import curve, line, pretrained, random_plane, sgd
from lossland.options import Recipe
from lossland.probes import curvature, landscape
from lossland.rng import stream

RECIPE = Recipe(epochs=3, lr=0.1, batch_size=32, weight_decay=5e-3)


def arrays(n=96, shape=(6,), classes=3):
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(n, *shape, generator=rng)
    y = (x.flatten(1)[:, :classes] + 0.3 * torch.randn(n, classes, generator=rng)).argmax(1)
    loader = DataLoader(TensorDataset(x, y), batch_size=32)
    return collected(loader, loader)


def network(frozen=True):
    made = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    made[0].requires_grad_(not frozen)
    return made


def nll(problem, theta, **options):
    table = landscape.measure(problem, Subspace(theta[None], Points(1)), **options)
    return table.query("split == 'train' and quantity == 'nll'")["value"].item()


def trained_by_hand(module, problem, seed, recipe=RECIPE):
    """The same steps by torch.optim: on the same minibatches, of what requires a gradient."""
    kept = [p for p in module.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(kept, recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay)
    for epoch in range(recipe.epochs):
        for _, inputs, target in problem.batches("train", recipe.batch_size, epoch_key=(seed, "batches", epoch)):
            optimiser.zero_grad()
            F.cross_entropy(module(*inputs), target).backward()
            optimiser.step()
    return module


def test_frozen_parameters_are_constants():
    given = network()
    problem = Problem(ParamSpace(lambda: given), arrays())
    assert problem.space.dimension == sum(p.numel() for p in given.parameters() if p.requires_grad) == 27
    assert problem.space.names == ["2.weight", "2.bias"]
    recipe = Recipe(epochs=3, lr=0.1, batch_size=32, weight_decay=5e-3, schedule="constant")
    net = sgd.build(problem, [], recipe=recipe, seed=1)
    module = trained_by_hand(copy.deepcopy(given), problem, 1, recipe)
    torch.testing.assert_close(net.end, torch.cat([p.detach().flatten() for p in module[2].parameters()]))
    assert torch.equal(module[0].weight, given[0].weight)
    x, y = problem.data.x["train"], problem.data.y["train"]
    assert nll(problem, net.end) == pytest.approx(F.cross_entropy(module(x), y).item(), rel=1e-5)
    assert random_plane.build(problem, [net], seed=1, leave_out=[]).anchors.shape == (3, 27)
    full = torch.autograd.functional.hessian(lambda t: problem.task.losses(problem.space.predict(t, {}, x), y).mean(), net.end)
    found = extremes(problem, net.end, {}, stream(0), leave_out=(), tolerance=1e-4, limit=27)
    ends = torch.linalg.eigvalsh(full)[[0, -1]].double()
    torch.testing.assert_close(found.values, ends, rtol=1e-3, atol=1e-4)


def test_a_network_beside_other_constants_is_refused():
    first, other = (Problem(ParamSpace(network()), arrays()) for _ in range(2))
    net = ll.build.sgd(first, recipe=RECIPE, seed=1)
    assert int(net.notes["constants"]) == first.space.digest != other.space.digest
    with pytest.raises(ValueError, match="source 1 of random_plane lies beside other frozen parameters"):
        ll.build.random_plane(other, [net], seed=1)
    with pytest.raises(ValueError, match="no parameter of the network requires a gradient"):
        ParamSpace(network().requires_grad_(False))


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_a_recipe_trains_one_layer_alone(optimiser):
    problem = Problem(ParamSpace(lambda: network(frozen=False)), arrays())
    recipe = Recipe(epochs=3, lr=0.1, batch_size=32, weight_decay=5e-3, optimiser=optimiser, schedule="constant", only=["2"])
    net = sgd.build(problem, [], recipe=recipe, seed=1)
    before, after = (problem.space.unravel(t) for t in (problem.init(1), net.end))
    assert all(torch.equal(before[n], after[n]) for n in ("0.weight", "0.bias"))
    assert not torch.equal(before["2.weight"], after["2.weight"])
    if optimiser == "sgd":
        module = network()
        module.load_state_dict(before)
        trained_by_hand(module, problem, 1, recipe)
        torch.testing.assert_close(after["2.weight"], module[2].weight.detach())
    other = sgd.build(problem, [], recipe=Recipe(epochs=1, lr=0.1), seed=2)
    bent = curve.build(problem, [net, other], recipe=recipe, seed=1)
    straight = line.build(problem, [net, other]).at(torch.tensor([[0.5]], dtype=torch.float64))[0]
    bend, middle = (problem.space.unravel(t) for t in (bent.anchors[1], straight))
    torch.testing.assert_close(bend["0.weight"], middle["0.weight"])
    assert not torch.allclose(bend["2.weight"], middle["2.weight"])


def test_planes_and_curvature_of_one_layer():
    problem = Problem(ParamSpace(lambda: network(frozen=False)), arrays())
    net = Subspace(problem.init(0)[None], Points(1))
    direction = problem.space.unravel(ll.build.random_plane(problem, [net], seed=1, leave_out=[], only=["2.*"]).anchors[1])
    assert {n for n, d in direction.items() if d.any()} == {"2.weight", "2.bias"}
    direction = problem.space.unravel(ll.build.random_plane(problem, [net], seed=1, leave_out=["bias", "0.*"]).anchors[1])
    assert {n for n, d in direction.items() if d.any()} == {"2.weight"}
    x, y = problem.data.x["train"], problem.data.y["train"]
    full = torch.autograd.functional.hessian(lambda t: F.cross_entropy(problem.space.predict(t, {}, x), y), net.end)
    own = problem.space.mask((), ["2.weight"])
    table = curvature.measure(problem, net, leave_out=[], only=["2.weight"], tolerance=1e-4)
    assert table["highest"].item() == pytest.approx(torch.linalg.eigvalsh(full[own][:, own])[-1].item(), rel=1e-3)
    for options, sentence in (
        ({"only": ["3.*"]}, "no trained parameter has a name like 3.*"),
        ({"leave_out": ["biases"]}, "random_plane.leave_out.0. is 'biases': must be one of weight, bias, norm, or a pattern"),
        ({"only": ["2.bias"]}, "which is all that the network has"),
    ):
        with pytest.raises(ValueError, match=sentence):
            ll.build.random_plane(problem, [net], seed=1, **options)


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.out = nn.Parameter(torch.randn(4, dtype=torch.cfloat)), nn.Linear(6, 3)

    def forward(self, x):
        return self.out(torch.fft.irfft(torch.fft.rfft(x) * self.w, n=6))


def test_a_complex_parameter_is_its_real_and_imaginary_parts():
    problem = Problem(ParamSpace(Spectral), arrays())
    assert problem.space.dimension == 2 * 4 + 21
    recipe = Recipe(epochs=3, lr=0.1, batch_size=32, schedule="constant")
    net = sgd.build(problem, [], recipe=recipe, seed=1)
    torch.manual_seed(1)
    module = Spectral()
    assert nll(problem, problem.init(1)) == pytest.approx(
        F.cross_entropy(module(problem.data.x["train"]), problem.data.y["train"]).item()
    )
    trained_by_hand(module, problem, 1, recipe)
    torch.testing.assert_close(problem.space.unravel(net.end)["w"], module.w.detach())


class Fourier(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("B", torch.randn(6, 8))
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        return self.out(torch.cat([(x @ self.B).sin(), (x @ self.B).cos()], 1))


@pytest.mark.parametrize("build", [Fourier, lambda: nn.Sequential(orthogonal(nn.Linear(6, 6)), nn.Tanh(), nn.Linear(6, 3))])
def test_buffers_that_are_drawn_belong_to_the_seed(build):
    problem = Problem(ParamSpace(build), arrays())
    x, y = problem.data.x["train"], problem.data.y["train"]
    for seed in (1, 7):
        torch.manual_seed(seed)
        assert nll(problem, problem.init(seed)) == pytest.approx(F.cross_entropy(build()(x), y).item(), rel=1e-5)
    space = problem.space
    assert space.trained == sum(p.numel() for p in build().parameters()) < space.dimension
    recipe = Recipe(epochs=3, lr=0.1, batch_size=32, weight_decay=5e-3, schedule="constant")
    net = sgd.build(problem, [], recipe=recipe, seed=7)
    torch.manual_seed(7)
    module = trained_by_hand(build(), problem, 7, recipe)
    assert torch.equal(net.end[space.trained :], problem.init(7)[space.trained :]), "drawn, never trained"
    assert nll(problem, net.end) == pytest.approx(F.cross_entropy(module(x), y).item(), rel=1e-4)
    loss = landscape.measure(problem, net).query("split == 'train' and quantity == 'loss'")["value"].item()
    squares = sum(p.square().sum().item() for p in module.parameters())
    assert loss == pytest.approx(F.cross_entropy(module(x), y).item() + 0.0025 * squares, rel=1e-4)
    assert not random_plane.build(problem, [net], seed=1, leave_out=[]).anchors[1:, space.trained :].any()


def test_a_file_of_such_a_network_is_read(tmp_path):
    from safetensors.torch import save_file

    problem = Problem(ParamSpace(Fourier), arrays())
    module = Fourier()
    save_file(module.state_dict(), tmp_path / "own.safetensors")
    net = pretrained.build(problem, [], file=str(tmp_path / "own.safetensors"))
    expected = F.cross_entropy(module(problem.data.x["train"]), problem.data.y["train"]).item()
    assert nll(problem, net.end) == pytest.approx(expected, rel=1e-5)


class Average(nn.Module):
    """`m` follows the inputs: by another tensor, or in place."""

    def __init__(self, in_place):
        super().__init__()
        self.l, self.in_place = nn.Linear(6, 3), in_place
        self.register_buffer("m", torch.tensor(1.0))

    def forward(self, x):
        if self.training and self.in_place:
            self.m.mul_(0.9).add_(0.1 * x.abs().mean())
        elif self.training:
            self.m = 0.9 * self.m + 0.1 * x.abs().mean()
        return self.l(x / self.m)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda: Average(True), "m"),
        (lambda: Average(False), "m"),
        (lambda: nn.Sequential(spectral_norm(nn.Linear(6, 3))), "0.parametrizations.weight.0._u"),
        (lambda: nn.Sequential(nn.utils.spectral_norm(nn.Linear(6, 3))), "0.weight_u"),
    ],
)
def test_buffers_that_a_pass_changes_are_refused_by_name(build, name):
    problem = Problem(ParamSpace(build), arrays())
    for use in (problem.check, lambda: problem.stochastic, lambda: sgd.build(problem, [], recipe=RECIPE, seed=1)):
        with pytest.raises(ValueError, match=f"changes its buffer {name} in a forward pass"):
            use()


def normalised():
    return nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))


class Frozen(nn.Module):
    def __init__(self, by_train):
        super().__init__()
        self.n, self.by_train = normalised(), by_train
        self.n[1].running_mean.fill_(0.3)
        self.n[1].running_var.fill_(2.0)
        self.n[1].eval()

    def train(self, mode=True):
        super().train(mode)
        if self.by_train:
            self.n[1].eval()
        return self

    def forward(self, x):
        return self.n(x)


@pytest.mark.parametrize("by_train", [True, False])
def test_batch_norm_that_is_frozen_stays_frozen(by_train):
    problem = Problem(ParamSpace(lambda: Frozen(by_train)), arrays())
    assert not problem.space.normalised
    torch.manual_seed(3)
    module = Frozen(by_train).eval()
    x, y = problem.data.x["train"], problem.data.y["train"]
    assert nll(problem, problem.init(3)) == pytest.approx(F.cross_entropy(module(x), y).item(), rel=1e-6)
    theta = problem.init(3)
    _, gradient = problem.gradient(theta, (x[:20],), y[:20], stream(0))
    module.zero_grad()
    F.cross_entropy(module(x[:20]), y[:20]).backward()
    torch.testing.assert_close(gradient, torch.cat([p.grad.flatten() for p in module.parameters()]))


def test_a_network_brings_its_own_statistics():
    module = normalised()
    for _ in range(30):
        module(torch.randn(20, 6) + 1)
    problem = Problem(ParamSpace(module.eval()), arrays())
    expected = F.cross_entropy(module(problem.data.x["train"]), problem.data.y["train"]).item()
    assert nll(problem, problem.init(0), bn="own") == pytest.approx(expected, rel=1e-6)
    assert nll(problem, problem.init(0)) != pytest.approx(expected, rel=1e-3)


class RMS(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n))

    def forward(self, x):
        return x * x.pow(2).mean(-1, keepdim=True).add(1e-6).rsqrt() * self.weight


class Channels(nn.Module):
    """A layer norm over the channels of images, as in ConvNeXt."""

    def __init__(self, n):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.zeros(n)), nn.Parameter(torch.zeros(n))

    def forward(self, x):
        x = (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True) + 1e-6).sqrt()
        return self.gamma[:, None, None] * x + self.beta[:, None, None]


class Scale(RMS):
    def forward(self, x):
        return x * self.weight


@pytest.mark.parametrize(
    ("layer", "kinds"),
    [(RMS, {"norm"}), (Channels, {"norm"}), (Scale, {"weight"}), (nn.PReLU, {"weight"}), (nn.LayerNorm, {"norm"})],
)
def test_norm_layers_are_found_by_what_they_do(layer, kinds):
    before = torch.get_rng_state()
    space = ParamSpace(lambda: nn.Sequential(layer(8)))
    assert {*space.kinds.values()} == kinds
    assert torch.equal(torch.get_rng_state(), before)
    assert {*ParamSpace(lambda: nn.Sequential(layer(8)), norms=["0.*"]).kinds.values()} == {"norm"}


def test_initial_parameters_of_numpy_and_python_follow_the_seed():
    class Numpy(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.tensor(np.random.randn(6, 3), dtype=torch.float32))  # noqa: NPY002

        def forward(self, x):
            return x @ self.w

    space, before = ParamSpace(Numpy), np.random.get_state()[1].copy()  # noqa: NPY002
    assert torch.equal(space.init(1), space.init(1))
    assert not torch.equal(space.init(1), space.init(2))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_one_module_is_trained_under_one_seed():
    problem = Problem(ParamSpace(network(frozen=False)), arrays())
    sgd.build(problem, [], recipe=RECIPE, seed=3)
    with pytest.raises(ValueError, match="the same initialisation under the seeds 3 and 4"):
        sgd.build(problem, [], recipe=RECIPE, seed=4)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_weights_that_are_computed_from_others():
    build = lambda: nn.Sequential(weight_norm(nn.Linear(6, 8)), nn.Tanh(), nn.Linear(8, 3))  # noqa: E731
    problem = Problem(ParamSpace(build), arrays())
    recipe = Recipe(epochs=2, lr=0.1, batch_size=32, schedule="constant")
    net = sgd.build(problem, [], recipe=recipe, seed=1)
    torch.manual_seed(1)
    module = trained_by_hand(build(), problem, 1, recipe)
    torch.testing.assert_close(net.end, problem.space.ravel(dict(module.named_parameters())))


def test_what_is_no_network_is_refused():
    for build, sentence in (
        (lambda: nn.Sequential(nn.LazyLinear(3)), "lazy modules"),
        (lambda: torch.jit.script(nn.Linear(6, 3)), "that is not scripted"),
        (lambda: nn.Linear(6, 3).weight, "build.. returns a Parameter"),
    ):
        with pytest.raises(ValueError, match=sentence):
            ParamSpace(build)


def test_the_decay_of_regression_in_closed_form():
    """Of y = 0 under x = 1: theta falls by the factor 1 - lr (1 + w) a step."""
    data = collected([(torch.ones(4, 1), torch.zeros(4))], [(torch.ones(4, 1), torch.zeros(4))], task="regression")
    problem = Problem(ParamSpace(lambda: nn.Linear(1, 1, bias=False)), data, precision="fp64")
    recipe = Recipe(epochs=5, lr=0.1, batch_size=4, momentum=0, weight_decay=0.5, schedule="constant", precision="fp64")
    net = sgd.build(problem, [], recipe=recipe, seed=1)
    assert net.anchors.dtype == torch.float64
    start = problem.init(1).item()
    assert net.end.item() == pytest.approx(start * (1 - 0.1 * 1.5) ** 5, rel=1e-14)
    value = landscape.measure(problem, net, precision="fp64").query("split == 'train' and quantity == 'nll'")["value"].item()
    assert value == pytest.approx(net.end.item() ** 2 / 2 + math.log(2 * math.pi) / 2, rel=1e-14)
