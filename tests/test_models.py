"""Architectures: parameter counts as published or as the released code has them, and that every layer is used."""

import pytest
import torch

from lossland.models import cnn, conv3fc3, import_path, mlp, preresnet, torchvision, vgg, wideresnet

C10 = (3, 32, 32), 10


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
    ],
)
def test_parameter_counts(network, count):
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
    ],
    ids=["vgg19_bn", "preresnet20", "preresnet29", "wrn10-1", "conv3fc3", "resnet18"],
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
        (lambda: torchvision.build(*C10, name="resnet81"), "did you mean resnet"),
        (lambda: import_path.build(*C10, target="no.such:thing"), "cannot be imported"),
        (lambda: import_path.build(*C10, target="lossland.models.vgg:buidl"), "cannot be imported"),
        (lambda: import_path.build(*C10, target="operator:eq"), "returned bool"),
    ],
)
def test_what_cannot_be_built_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_a_module_of_ones_own():
    network = import_path.build((4,), 3, target="lossland.models.mlp:build", arguments={"hidden": [5]})
    assert network(torch.randn(2, 4)).shape == (2, 3)
