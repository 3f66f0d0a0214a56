"""The vision transformer: size and names of torchvision's, images of any size, weights with a new head, fine-tuning."""

from functools import partial

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.models import VisionTransformer, vit_b_16

from lossland.data import digits
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import fine_tune, pretrained
from lossland.models import vision_transformer
from lossland.options import Recipe

TINY = {"image_size": 12, "patch_size": 4, "layers": 2, "heads": 2, "width": 8, "mlp": 16}
HEAD = ["heads.head.weight", "heads.head.bias"]


@pytest.fixture
def tiny():
    data = digits.load(None, train=40)
    made = Problem(ParamSpace(partial(vision_transformer.build, data.shape, 10, **TINY)), data)
    made.check()
    return made


def test_the_default_is_vit_b_16():
    """86,567,656 parameters, as torchvision publishes with its weights; all of its names and shapes."""
    with torch.device("meta"):
        ours, theirs = vision_transformer.build((3, 32, 32), 1000), vit_b_16()
    assert sum(p.numel() for p in ours.parameters()) == 86_567_656
    assert {n: p.shape for n, p in ours.named_parameters()} == {n: p.shape for n, p in theirs.named_parameters()}


def test_pictures_of_any_size_and_grey_ones_are_seen_as_torchvision_sees_them():
    ours = vision_transformer.build((1, 8, 8), 5, **TINY).eval()
    torch.nn.init.normal_(ours.heads.head.weight)
    theirs = VisionTransformer(12, 4, 2, 2, 8, 16, num_classes=5).eval()
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(3, 1, 8, 8)
    resized = F.interpolate(x, (12, 12), mode="bilinear").expand(3, 3, 12, 12)
    torch.testing.assert_close(ours(x), theirs(resized))
    torch.testing.assert_close(ours(resized), theirs(resized))


@pytest.mark.parametrize(
    ("shape", "options", "sentence"),
    [
        ((3, 8, 8), {"image_size": 10}, "image_size 10 is to be a multiple of patch_size 4"),
        ((3, 8, 8), {"heads": 3}, "width 8 of heads 3"),
        ((2, 8, 8), {}, r"1 or 3 colours, and an input is \[2, 8, 8\]"),
        ((2,), {}, "1 or 3 colours"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(shape, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        vision_transformer.build(shape, 10, **TINY | options)


def test_a_new_head_takes_the_place_of_that_in_the_file(tiny, tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        other = VisionTransformer(12, 4, 2, 2, 8, 16, num_classes=1000)
        torch.nn.init.normal_(other.heads.head.weight)
    file = tmp_path / "imagenet.safetensors"
    save_file(other.state_dict(), file)
    with pytest.raises(ValueError, match=r"has heads\.head\.weight of shape \[1000, 8\], and the network \[10, 8\]"):
        pretrained.build(tiny, [], file=file)
    network = pretrained.build(tiny, [], file=file, fresh=HEAD, seed=3)
    read, initial = tiny.space.unravel(network.end), tiny.space.unravel(tiny.init(3))
    for name, parameter in other.named_parameters():
        assert torch.equal(read[name], initial[name] if name in HEAD else parameter)
    with pytest.raises(ValueError, match="fresh names head, and the network has no such parameter"):
        pretrained.build(tiny, [], file=file, fresh=["head"])
    tuned = fine_tune.build(tiny, [network], recipe=Recipe(epochs=30, lr=0.01, batch_size=20, optimiser="adam"), seed=0)
    assert tuned.spent.tolist() == [30.0]
    assert tuned.notes["loss"][-1] < 0.8 * tuned.notes["loss"][0]


def test_a_fresh_parameter_need_not_be_in_the_file(problem, tmp_path):
    parameters = problem.space.unravel(problem.init(0))
    save_file({n: p.clone() for n, p in parameters.items() if n != "1.bias"}, tmp_path / "a.safetensors")
    network = pretrained.build(problem, [], file=tmp_path / "a.safetensors", fresh=["1.bias"], seed=5)
    assert torch.equal(problem.space.unravel(network.end)["1.bias"], problem.space.unravel(problem.init(5))["1.bias"])
    assert torch.equal(problem.space.unravel(network.end)["1.weight"], parameters["1.weight"])
