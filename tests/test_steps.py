"""What makes small steps fast changes no result: dropout of few random words, pooling by halves, batches made together, leaves that stay."""

import copy
from dataclasses import replace
from functools import partial

import pytest
import torch
from conftest import normalised_network, random_pictures
from torch import nn

from lossland.inputs.arrays import Arrays
from lossland.landscape import problem as module
from lossland.landscape.layers import Dropout, MaxPool2d, swapped
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.models import multilayer_cnn, preresnet
from lossland.rng import stream


@pytest.mark.parametrize("p", [0.1, 0.5, 1 / 3, 0.999, 1e-6])
def test_dropout_keeps_as_many_as_it_says_and_the_mean(p):
    """Of a million; four parts of one word are independent."""
    torch.manual_seed(0)
    x = torch.ones(4, 64, 64, 64).contiguous(memory_format=torch.channels_last).requires_grad_()
    y = Dropout(p)(x)
    n, dropped = x.numel(), (y == 0).float()
    assert dropped.mean().item() == pytest.approx(p, abs=5 * (p * (1 - p) / n) ** 0.5 + 2**-17)
    assert y.mean().item() == pytest.approx(1, abs=5 * (p / (1 - p) / n) ** 0.5 + 1e-6)
    assert torch.equal(torch.autograd.grad(y.sum(), x)[0], y.detach())
    assert y.stride() == x.stride()
    flat = y.detach().as_strided((n,), (1,)).view(-1, 4).eq(0).double()
    assert flat.T.cov().fill_diagonal_(0).abs().max() < 5 * p * (1 - p) / (n / 4) ** 0.5 + 1e-5


def test_dropout_in_a_network_is_of_this_kind_and_off_where_it_should_be():
    space = ParamSpace(lambda: nn.Sequential(nn.Linear(6, 4096), nn.Dropout(0.5), nn.Linear(4096, 2)))
    theta, x = space.init(0), torch.randn(8, 6)
    drawn = []
    for _ in range(2):
        torch.manual_seed(3)
        drawn.append(space.forward(theta, x))
    assert torch.equal(*drawn)
    assert not torch.equal(drawn[0], space.forward(theta, x))
    assert torch.equal(space.predict(theta, {}, x), space.predict(theta, {}, x))


@pytest.mark.parametrize("given", [{}, {"ceil_mode": True}, {"stride": 1}, {"padding": 1}, {"dilation": 2}, {"kernel_size": 3}])
@pytest.mark.parametrize("shape", [(5, 3, 8, 8), (5, 3, 7, 6), (5, 3, 7, 7), (2, 9, 5)])
def test_max_pooling_is_that_of_torch(given, shape):
    """Rounded up and down, of NaN and of equal values, in either layout; gradients are of the first of equals."""
    x = torch.randint(4, shape).float()
    x[..., 3, 3] = torch.nan
    theirs = nn.MaxPool2d(**{"kernel_size": 2} | given)
    ours = swapped(copy.deepcopy(theirs))
    assert type(ours) is MaxPool2d
    for images in (x, x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x[:, ::2]):
        with torch.no_grad():
            found, expected = ours(images), theirs(images)
        assert torch.equal(found.nan_to_num(9), expected.nan_to_num(9))
        assert found.stride() == expected.stride()
        one, two = images.clone().requires_grad_(), images.clone().requires_grad_()
        ours(one).sum().backward()
        theirs(two).sum().backward()
        assert torch.equal(one.grad, two.grad)


@pytest.mark.parametrize("augment", [{}, {"crop": 1, "flip": 0.5}])
def test_a_resumed_epoch_has_the_batches_of_one_that_never_stopped(augment):
    """Also where several batches are made ready at once, and the last is smaller."""
    problem = Problem(ParamSpace(normalised_network), replace(random_pictures(50), augment=augment))
    whole = list(problem.batches("train", 8, epoch_key=(1, "batches", 0)))
    assert len(whole) == 7
    assert len({x.untyped_storage().data_ptr() for _, (x,), _ in whole}) == 1
    for start in (1, 5):
        for a, b in zip(problem.batches("train", 8, epoch_key=(1, "batches", 0), start=start), whole[start:], strict=True):
            assert a[0] == b[0]
            assert torch.equal(a[1][0], b[1][0])
            assert torch.equal(a[2], b[2])


def test_a_small_network_has_the_gradient_that_a_large_one_would_have(monkeypatch):
    data = random_pictures(50)
    problem = Problem(ParamSpace(partial(multilayer_cnn.build, data.shape, 3, dropout=0.2)), data)
    _, inputs, target = next(problem.batches("train", 16))
    theta = problem.init(0)
    value, gradient = problem.gradient(theta, inputs, target, stream(0), 1e-2)
    again, into = problem.gradient(theta, inputs, target, stream(0), 1e-2, into=torch.ones_like(theta), share=0.5)
    monkeypatch.setattr(module, "SMALL", 0)
    large, other = problem.gradient(theta, inputs, target, stream(0), 1e-2)
    assert value == again == large
    torch.testing.assert_close(other, gradient)
    torch.testing.assert_close(into, 1 + gradient / 2)


def test_batches_of_an_evaluation_are_as_large_as_activations_allow():
    x = dict.fromkeys(("train", "test"), torch.zeros(10, 3, 32, 32, dtype=torch.uint8))
    data = Arrays(x, dict.fromkeys(x, torch.zeros(10, dtype=torch.int64)), 10)
    big = Problem(ParamSpace(partial(preresnet.build, (3, 32, 32), 10, depth=8)), data)
    assert big.at_once == 128
    assert replace(big, batch_size=7).at_once == 7
    small = random_pictures(50)
    assert Problem(ParamSpace(partial(multilayer_cnn.build, small.shape, 3)), small).at_once == 500
