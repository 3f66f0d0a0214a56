"""The architectures and inputs of Fort et al. 2019, layer by layer."""

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
import torch
from torch import nn

from lossland.data import photographs, svhn
from lossland.inputs.arrays import images
from lossland.models import multilayer_cnn, resnet_v1
from lossland.papers.published import numbers
from lossland.workflow.store import load_arrays, save_arrays

C10 = (3, 32, 32), 10
SMALL, MEDIUM = (16, 32, 32), (64, 128, 256, 256)


def size(network):
    return sum(p.numel() for p in network.parameters())


def shapes(network, x, kinds):
    """The shapes [C H W] of what leaves each of the modules of `kinds`, in order."""
    seen = []
    for module in network:
        x = module(x)
        if isinstance(module, kinds):
            seen.append(tuple(x.shape[1:]))
    return seen


@pytest.mark.parametrize(("name", "channels", "count"), [("SmallCNN", SMALL, 19_466), ("MediumCNN", MEDIUM, 971_146)])
def test_convolutional_networks_layer_by_layer(name, channels, count):
    network = multilayer_cnn.build(*C10, channels=channels)
    n = len(channels)
    order = [nn.Conv2d, nn.Dropout, nn.MaxPool2d, nn.ReLU] * n
    assert [type(m) for m in network] == [*order[:-1], nn.Flatten, nn.Linear], "no ReLU after the last convolution"
    x = torch.zeros(2, *C10[0])
    sides = [32 // 2**i for i in range(n + 1)]
    assert shapes(network, x, nn.Conv2d) == [(c, s, s) for c, s in zip(channels, sides, strict=False)]
    assert shapes(network, x, nn.MaxPool2d) == [(c, s, s) for c, s in zip(channels, sides[1:], strict=True)]
    assert network[-1].in_features == channels[-1] * sides[-1] ** 2
    assert {m.p for m in network if isinstance(m, nn.Dropout)} == {0.1}
    by_hand = sum(9 * a * b + b for a, b in pairwise([3, *channels])) + 10 * (channels[-1] * sides[-1] ** 2 + 1)
    published = numbers("fort2019", arch=name, metric="n_params")["value"]
    assert published.tolist() == [size(network)] == [count] == [by_hand]


def test_weights_and_biases_begin_uniform_between_their_limits():
    """A hundred numbers or more come within a tenth of the limit, and none goes beyond it."""
    torch.manual_seed(0)
    network = multilayer_cnn.build(*C10, channels=MEDIUM)
    channels = [3, *MEDIUM]
    limits = [(sqrt(6 / (9 * a + 9 * b)), sqrt(6 / (1 + b))) for a, b in pairwise(channels)]
    limits.append((sqrt(6 / (1024 + 10)), sqrt(6 / 11)))
    for m, (weight, bias) in zip([m for m in network if hasattr(m, "weight")], limits, strict=True):
        for drawn, limit in ((m.weight, weight), (m.bias, bias)):
            assert drawn.abs().max() <= limit
            assert drawn.abs().max() > (0.9 if drawn.numel() > 10 else 0.5) * limit
            if drawn.numel() > 1000:
                assert drawn.std().item() == pytest.approx(limit / sqrt(3), rel=0.05)
    other = multilayer_cnn.build(*C10, channels=MEDIUM, initialiser="pytorch")
    torch.manual_seed(3)
    conv = nn.Conv2d(3, 64, 3)
    torch.manual_seed(3)
    first = multilayer_cnn.build(*C10, channels=[64], initialiser="pytorch")[0]
    assert torch.equal(first.weight, conv.weight)
    assert other[0].bias.abs().max() <= 1 / sqrt(27) < network[0].bias.abs().max()


def test_resnet20v1_layer_by_layer():
    network = resnet_v1.build(*C10)
    buffers = sum(b.numel() for name, b in network.named_buffers() if "running" in name)
    assert (size(network), buffers) == (273_066, 1_376)
    assert numbers("fort2019", arch="ResNet20v1", metric="n_params")["value"].tolist() == [273_066 + 1_376]
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) == 1 + 9 * 2 + 2
    assert all(m.bias is not None for m in convolutions)
    assert sum(isinstance(m, nn.BatchNorm2d) for m in network.modules()) == 1 + 9 * 2, "none in a shortcut"
    assert {m.eps for m in network.modules() if isinstance(m, nn.BatchNorm2d)} == {1e-3}
    blocks = [m for m in network if hasattr(m, "branch")]
    assert [type(b.shortcut) for b in blocks] == [nn.Identity] * 3 + [nn.Conv2d, nn.Identity, nn.Identity] * 2
    out = [(16, 32, 32)] * 3 + [(32, 16, 16)] * 3 + [(64, 8, 8)] * 3
    assert shapes(network, torch.randn(2, *C10[0]), type(blocks[0])) == out
    with pytest.raises(ValueError, match="depth is 6n\\+2, not 21"):
        resnet_v1.build(*C10, depth=21)


def test_resnet20v1_begins_he_normal_cut_at_two_deviations():
    torch.manual_seed(0)
    for m in resnet_v1.build(*C10, width=32).modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            deviation = sqrt(2 / m.weight[0].numel())
            assert m.weight.std().item() == pytest.approx(deviation, rel=0.1)
            assert m.weight.abs().max() <= 2 * deviation / 0.8796
            assert not m.bias.any()


@pytest.mark.parametrize("scaling", ["raw", "unit", "centred", "standard", "imagenet"])
def test_what_a_network_sees_of_a_picture(scaling, tmp_path):
    x = torch.randint(256, (50, 3, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    y = torch.arange(50) % 10
    data = images((x, y), (x[:5], y[:5]), scaling=scaling)
    seen = data.inputs("train", torch.arange(50))
    if scaling == "raw":
        torch.testing.assert_close(seen, x.float(), rtol=1e-6, atol=0)
        assert torch.equal(seen.round(), x.float())
    elif scaling == "centred":
        torch.testing.assert_close(seen, x / 255 - (x / 255).mean(0))
        save_arrays(tmp_path / "data.safetensors", data, "{}")
        assert torch.equal(load_arrays(tmp_path / "data.safetensors").inputs("train", torch.arange(50)), seen)
    elif scaling == "unit":
        assert torch.equal(seen, x.float() / 255)
    elif scaling == "imagenet":
        again = seen * torch.tensor([0.229, 0.224, 0.225])[:, None, None] + torch.tensor([0.485, 0.456, 0.406])[:, None, None]
        torch.testing.assert_close(again, x.float() / 255)
        with pytest.raises(ValueError, match="of 3 channels, and the images have 1"):
            images((x[:, :1], y), (x[:5, :1], y[:5]), scaling=scaling)
    else:
        torch.testing.assert_close(seen.double().mean((0, 2, 3)), torch.zeros(3).double(), rtol=0, atol=1e-6)
        torch.testing.assert_close(seen.double().std((0, 2, 3), correction=0), torch.ones(3).double(), rtol=0, atol=1e-6)


def test_patches_are_those_of_the_photographs_and_the_splits_do_not_meet():
    """Each half of a photograph is tiled from its left upper corner; patches twice as small come of means of four pixels."""
    from sklearn.datasets import load_sample_images

    temple, flower = (torch.tensor(image).permute(2, 0, 1) for image in load_sample_images().images)
    whole = photographs.load(None, side=32, shrink=1, colour=True, scaling="raw")
    rows, columns = 427 // 32, 320 // 32
    assert whole.x["train"].shape == whole.x["test"].shape == (2 * rows * columns, 3, 32, 32)
    assert whole.y["train"].tolist() == [0] * rows * columns + [1] * rows * columns
    assert torch.equal(whole.x["train"][columns + 2], temple[:, 32:64, 64:96])
    assert torch.equal(whole.x["test"][rows * columns], flower[:, :32, 320:352])
    small = photographs.load(None)
    assert small.x["train"].shape == (2 * 26 * 20, 1, 8, 8)
    luma = (torch.tensor([299, 587, 114])[:, None, None] * temple[:, :16, :16].long()).sum(0).double() / 1000
    expected = luma.view(8, 2, 8, 2).mean((1, 3))
    assert (small.x["train"][0, 0] - expected).abs().max() <= 0.5 + 1e-6
    assert torch.equal(small.x["test"], photographs.load(None).x["test"])
    with pytest.raises(ValueError, match="no patch of 300 pixels fits half a photograph made 2 times smaller"):
        photographs.load(None, side=300)


def test_house_numbers_may_be_raw(monkeypatch):
    x = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 2, 2)
    monkeypatch.setattr(svhn, "fetched", lambda path, *_: path)
    monkeypatch.setattr(svhn, "loadmat", lambda _: {"X": x.transpose(2, 3, 1, 0), "y": np.array([[1], [10]], np.uint8)})
    data = svhn.load("", scaling="raw")
    assert data.y["train"].tolist() == [1, 0], "the files call 0 ten"
    assert data.inputs("test", torch.tensor([1]))[0].flatten().tolist() == pytest.approx(list(range(12, 24)))
