"""Architectures: parameter counts as published or as the released code has them, and that every layer is used."""

import math

import pytest
import torch
from torch import nn

from lossland.models import cnn, conv3fc3, densenet, mlp, preresnet, resnet, torchvision, vgg, vgg9, wideresnet

C10 = (3, 32, 32), 10
DIGITS = (1, 8, 8), 10


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (lambda: vgg.build(*C10), 15_245_130),  # Benton et al. 2021, released code
        (lambda: vgg.build((3, 32, 32), 100), 15_291_300),
        (lambda: vgg.build(*C10, batch_norm=True), 15_253_578),
        (lambda: vgg.build(*C10, depth=19, batch_norm=True), 20_565_834),  # "20.6 M", all layers used
        (lambda: preresnet.build((3, 32, 32), 100, depth=164), 1_726_388),
        (lambda: preresnet.build(*C10, depth=20), 272_282),
        (lambda: wideresnet.build(*C10), 36_489_290),
        (lambda: conv3fc3.build(*C10), 2_422_634),
        (lambda: mlp.build((1, 28, 28), 10, hidden=[100]), 784 * 100 + 100 + 1010),
        (lambda: cnn.build((1, 8, 8), 10), 160 + 4640 + 1290),
        (lambda: vgg9.build(*C10), 2_789_706),  # from here on: Li et al. 2018, released code
        (lambda: resnet.build(*C10, depth=20), 272_474),
        (lambda: resnet.build(*C10), 855_770),
        (lambda: resnet.build(*C10, depth=110), 1_730_714),
        (lambda: resnet.build(*C10, depth=20, shortcuts=False), 269_722),
        (lambda: resnet.build(*C10, shortcuts=False), 853_018),
        (lambda: resnet.build(*C10, depth=110, shortcuts=False), 1_727_962),
        (lambda: resnet.build(*C10, k=2), 3_412_394),
        (lambda: resnet.build(*C10, k=4), 13_628_234),
        (lambda: resnet.build(*C10, k=8), 54_470_282),
        (lambda: resnet.build(*C10, k=8, shortcuts=False), 54_304_906),
        (lambda: densenet.build(*C10), 6_956_298),
        (lambda: densenet.build(*C10, blocks=[12] * 3, growth=12, bottleneck=False, compression=1), 1_059_298),  # Draxler
        (lambda: densenet.build(*C10, blocks=[16] * 3, growth=12), 769_162),
    ],
)
def test_parameter_counts(network, count):
    with torch.device("meta"):
        assert sum(p.numel() for p in network().parameters()) == count


@pytest.mark.parametrize(
    "network",
    [
        vgg.build(*C10, depth=19, batch_norm=True, dropout=0.0),
        preresnet.build(*C10, depth=20),
        preresnet.build(*C10, depth=29, block="bottleneck"),
        wideresnet.build(*C10, depth=10, k=1),
        conv3fc3.build(*C10, k=0.1),
        torchvision.build(*C10, name="resnet18"),
        vgg9.build(*C10, width=8),
        resnet.build(*C10, depth=8),
        resnet.build(*C10, depth=8, shortcuts=False),
        densenet.build(*C10, blocks=[2, 3], growth=4),
        densenet.build(*C10, blocks=[2, 3], growth=4, bottleneck=False, compression=1),
    ],
    ids=[
        *["vgg19_bn", "preresnet20", "preresnet29", "wrn10-1", "conv3fc3", "resnet18"],
        *["vgg9", "resnet8", "resnet8_noshort", "densenet_bc", "densenet"],
    ],
)
def test_every_parameter_has_a_gradient(network):
    outputs = network(torch.randn(4, 3, 32, 32))
    assert outputs.shape == (4, 10)
    outputs.square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: preresnet.build(*C10, depth=21), "depth is 6n\\+2 with basic blocks, not 21"),
        (lambda: wideresnet.build(*C10, depth=20), "depth is 6n\\+4, not 20"),
        (lambda: resnet.build(*C10, depth=57), "depth is 6n\\+2, not 57"),
        (lambda: vgg9.build((1, 8, 7), 10), "at least 8 x 8, not 8 x 7"),
        (lambda: densenet.build(*DIGITS, blocks=[1] * 5), "5 blocks do not fit images of 8 x 8; all but one halve"),
        (lambda: densenet.build(*C10, compression=0.001), "compression 0.001 keeps none of 256 channels"),
        (lambda: torchvision.build(*C10, name="resnet81"), "did you mean resnet"),
    ],
)
def test_what_cannot_be_built_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    "build",
    [
        lambda: vgg9.build(*DIGITS, width=4),
        lambda: resnet.build(*DIGITS, depth=8, width=4),
        lambda: resnet.build(*DIGITS, depth=8, width=4, k=2, shortcuts=False),
        lambda: densenet.build(*DIGITS, blocks=[2, 2], growth=8),
        lambda: densenet.build(*DIGITS, blocks=[1, 1, 1, 1], growth=8),
    ],
    ids=["vgg9", "resnet8", "wrn8_noshort", "densenet2", "densenet4"],
)
def test_miniatures_learn_pictures_of_8_by_8(build):
    """They fit twelve random images; Li et al.'s start gives all classes the same probability, up to a percent."""
    torch.manual_seed(1)
    network, x, y = build(), torch.randn(12, 1, 8, 8), torch.arange(12) % 10
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(40):
        losses.append(nn.functional.cross_entropy(network(x), y))
        optimiser.zero_grad()
        losses[-1].backward()
        optimiser.step()
    assert losses[0].item() == pytest.approx(math.log(10), rel=0.01)
    assert losses[-1] < 0.3


def test_initialisation_of_li2018():
    """Deviations sqrt(2 / fan-in) of convolutions and 1e-3 of linear layers; biases 0, norms 1 and 0."""
    torch.manual_seed(1)
    for m in [m for build in (vgg9.build, resnet.build) for m in build(*C10).modules()]:
        if isinstance(m, nn.Conv2d):
            assert m.weight.std().item() == pytest.approx(math.sqrt(2 / m.weight[0].numel()), rel=0.2)
        elif isinstance(m, nn.Linear):
            assert m.weight.std().item() == pytest.approx(1e-3, rel=0.2)
        elif isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            assert (m.weight == 1).all()
        if getattr(m, "bias", None) is not None:
            assert not m.bias.any()


@pytest.mark.parametrize("shortcuts", [True, False])
def test_only_shortcuts_carry_a_picture_past_a_dead_branch(shortcuts):
    network = resnet.build(*DIGITS, depth=8, shortcuts=shortcuts).eval()
    block = network[3]
    nn.init.zeros_((block.branch if shortcuts else block)[-1].weight)
    one, other = network(torch.rand(2, *DIGITS[0]))
    assert torch.equal(one, other) is not shortcuts
