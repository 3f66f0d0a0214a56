"""ParamSpace against plain modules."""

import copy

import pytest
import torch
from conftest import normalised_network, random_pictures
from torch import nn
from torch.nn import functional as F

from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import sgd
from lossland.options import Recipe


def _loaded(space, theta):
    """A plain module that holds theta."""
    module = normalised_network()
    module.load_state_dict(dict(space.unravel(theta)), strict=False)
    return module


def test_ravel_and_unravel_are_inverse(normalised):
    theta = normalised.space.init(3)
    assert torch.equal(normalised.space.ravel(normalised.space.unravel(theta)), theta)
    assert theta.shape == (normalised.space.dimension,)


def test_init_is_the_modules_own_and_leaves_the_global_generator_alone(normalised):
    torch.manual_seed(3)
    expected = torch.cat([p.detach().reshape(-1) for p in normalised_network().parameters()])
    before = torch.get_rng_state()
    assert torch.equal(normalised.space.init(3), expected)
    assert torch.equal(torch.get_rng_state(), before)


def test_forward_and_gradient_equal_the_module_in_training():
    space = ParamSpace(lambda: nn.Sequential(*[m for m in normalised_network() if not isinstance(m, nn.Dropout)]))
    theta, x, y = space.init(0), torch.randn(6, 1, 5, 5), torch.arange(6) % 3
    module = nn.Sequential(*[m for m in normalised_network() if not isinstance(m, nn.Dropout)])
    module.load_state_dict(dict(space.unravel(theta)), strict=False)
    F.cross_entropy(module(x), y).backward()
    leaf = theta.clone().requires_grad_()
    F.cross_entropy(space.forward(leaf, x), y).backward()
    torch.testing.assert_close(leaf.grad, torch.cat([p.grad.reshape(-1) for p in module.parameters()]))


def test_calibration_is_the_size_weighted_mean_of_batch_statistics(normalised):
    """Against the statistics of the first norm's input, computed from the convolution alone; batches 7, 7, 6."""
    space, theta = normalised.space, normalised.space.init(0)
    batches = [inputs for _, inputs, _ in normalised.batches("train")]
    assert [len(x) for (x,) in batches] == [7, 7, 6]
    state = space.calibrate(theta, iter(batches))
    weight = space.unravel(theta)["0.weight"]
    mean = var = 0
    for (x,) in batches:
        h = F.conv2d(x, weight).transpose(0, 1).flatten(1)
        mean, var = mean + len(x) * h.mean(1) / 20, var + len(x) * h.var(1) / 20
    torch.testing.assert_close(state["1.running_mean"], mean)
    torch.testing.assert_close(state["1.running_var"], var)


def test_prediction_equals_the_module_in_evaluation(normalised):
    space, theta = normalised.space, normalised.space.init(0)
    state = space.calibrate(theta, (i for _, i, _ in normalised.batches("train")))
    module = _loaded(space, theta)
    module.load_state_dict(state, strict=False)
    x = torch.randn(5, 1, 5, 5)
    torch.testing.assert_close(space.predict(theta, state, x), module.eval()(x))


def test_two_predictions_are_bitwise_equal_with_dropout_and_training_ones_are_not(normalised):
    theta = normalised.space.init(0)
    (_, inputs, _), *_ = normalised.batches("train")
    state = normalised.space.calibrate(theta, [inputs])
    assert torch.equal(normalised.space.predict(theta, state, *inputs), normalised.space.predict(theta, state, *inputs))
    assert normalised.stochastic


def test_training_leaves_no_statistics_behind(normalised):
    theta = normalised.space.init(0)
    (_, inputs, target), *_ = normalised.batches("train")
    state = normalised.space.calibrate(theta, [inputs])
    kept = copy.deepcopy(state)
    normalised.gradient(theta, inputs, target, torch.Generator().manual_seed(0))
    assert all(torch.equal(state[n], kept[n]) for n in kept)


def test_tied_parameters_are_one_coordinate():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.b(self.a(x))

    space = ParamSpace(Tied)
    assert space.dimension == 16 + 4 + 4
    theta, x = torch.randn(24), torch.randn(3, 4)
    parts = space.unravel(theta)
    expected = F.linear(F.linear(x, parts["a.weight"], parts["a.bias"]), parts["a.weight"], parts["b.bias"])
    torch.testing.assert_close(space.forward(theta, x), expected)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: nn.InstanceNorm2d(3, track_running_stats=True), "changes its buffer 1.running_mean"),
        (lambda: nn.BatchNorm2d(3, track_running_stats=False), "depends on the other inputs"),
    ],
)
def test_networks_that_keep_or_mix_what_they_should_not_are_refused(layer, message):
    network = lambda: nn.Sequential(nn.Conv2d(1, 3, 3), layer(), nn.Flatten(), nn.Linear(27, 3))  # noqa: E731
    with pytest.raises(ValueError, match=message):
        Problem(ParamSpace(network), random_pictures()).check()


def test_rare_randomness_is_found_and_drawn_from_the_stream():
    class Seldom(nn.Module):
        def forward(self, x):
            return x * (torch.rand(()) > 0.01) if self.training else x

    problem = Problem(ParamSpace(lambda: nn.Sequential(nn.Flatten(), nn.Linear(25, 3), Seldom())), random_pictures())
    problem.check()
    assert problem.stochastic
    recipe = Recipe(epochs=20, lr=0.1, batch_size=2)
    first, second = (sgd.build(problem, [], recipe=recipe, seed=0).end for _ in range(2))
    assert torch.equal(first, second)
