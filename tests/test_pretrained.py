"""Weights of a user's own: read by name, what is refused, a plane through three of them."""

import hashlib
import os
from functools import partial

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lossland.checking import built
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import plane, pretrained
from lossland.options import File, Folder, Seed
from lossland.probes import landscape
from lossland.workflow import own_files


def saved(path, module):
    save_file(module.state_dict(), path)
    return str(path)


def test_parameters_are_read_by_name_and_statistics_left(normalised, tmp_path):
    module = normalised.space._build()
    module[1].running_mean += 3
    read = pretrained.build(normalised, [], file=saved(tmp_path / "a.safetensors", module))
    assert torch.equal(read.end, normalised.space.ravel(dict(module.named_parameters())))
    half = {n: p.half() for n, p in reversed(module.state_dict().items()) if "running" not in n}
    save_file(half, tmp_path / "half.safetensors")
    read = pretrained.build(normalised, [], file=tmp_path / "half.safetensors")
    assert torch.equal(read.end, normalised.space.ravel({n: p.half() for n, p in module.named_parameters()}))
    assert read.end.dtype == torch.float32


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.pop("1.bias"), r"a\.safetensors lacks 1\.bias; name the model"),
        (lambda p: [p.pop("1.bias"), p.pop("3.bias")], r"lacks 1\.bias and 1 more; name the model"),
        (lambda p: p.update(head=torch.zeros(2)), "has, unlike the network, head; name the model"),
        (lambda p: p.update({"1.weight": torch.zeros(16, 3)}), r"has in another shape 1\.weight; name the model"),
        (lambda p: p.update(head=p.pop("1.bias")), r"lacks 1\.bias, has, unlike the network, head; name"),
    ],
)
def test_weights_of_another_network_are_refused(problem, tmp_path, change, sentence):
    parameters = dict(problem.space._build().state_dict())
    change(parameters)
    save_file(parameters, tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match=sentence):
        pretrained.build(problem, [], file=str(tmp_path / "a.safetensors"))


def test_fixed_buffers_are_those_of_the_network(problem, tmp_path):
    class Scaled(nn.Module):
        def __init__(self, scale):
            super().__init__()
            self.layer = nn.Linear(2, 2)
            self.register_buffer("scale", torch.tensor(scale))

        def forward(self, x):
            return self.layer(x * self.scale)

    twice = Problem(ParamSpace(partial(Scaled, 2.0)), problem.data)
    assert pretrained.build(twice, [], file=saved(tmp_path / "a.safetensors", Scaled(2.0))).end.shape == (6,)
    with pytest.raises(ValueError, match="has, unlike the network, scale"):
        pretrained.build(twice, [], file=saved(tmp_path / "a.safetensors", Scaled(3.0)))


def test_files_that_do_not_do(problem, tmp_path):
    file = tmp_path / "a.safetensors"
    with pytest.raises(
        ValueError, match=r"file is .*a\.pth.: must be a \.safetensors file; nothing is unpickled here, convert it"
    ):
        pretrained.build(problem, [], file=str(tmp_path / "a.pth"))
    with pytest.raises(FileNotFoundError, match=r"no file .*a\.safetensors; set data_root"):
        pretrained.build(problem, [], file=str(file))
    saved(file, problem.space._build())
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    assert torch.equal(*(pretrained.build(problem, [], file=str(file), sha256=s).end for s in (found, found.upper())))
    with pytest.raises(ValueError, match=f"has the sha256 {found}, not {'0' * 64}; fetch it again"):
        pretrained.build(problem, [], file=str(file), sha256="0" * 64)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"a\.safetensors is no whole safetensors file"):
        pretrained.build(problem, [], file=str(file))


def test_a_plane_through_three_files_of_ones_own(problem, tmp_path):
    """The loss at the points that span it is that of the three modules, computed without the library."""
    x, y = problem.data.x["train"], problem.data.y["train"]
    modules = [problem.space._build() for _ in range(3)]
    with torch.no_grad():
        expected = [nn.functional.cross_entropy(module(x), y).item() for module in modules]
    files = [saved(tmp_path / f"{i}.safetensors", module) for i, module in enumerate(modules)]
    spanned = plane.build(problem, [pretrained.build(problem, [], file=file) for file in files])
    table = landscape.measure(problem, spanned, resolution=3).query("split == 'train' and quantity == 'nll'")
    assert table[table["mark"] == "spanning"]["value"].tolist() == pytest.approx(expected, rel=1e-4)


def test_what_is_seen_of_a_users_own_files(tmp_path, monkeypatch):
    """Names and content, also through links; what was seen once is not read again before it changes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    options = {"mine": (File | None, None), "there": (Folder | None, None), "seed": (Seed, 0)}

    def seen(**given):
        own = []
        built(options, given, "data.mine", root=tmp_path, own=own)
        return own_files.of(own)

    def write(path, text, age=60):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (path.stat().st_atime - age, path.stat().st_mtime - age))

    assert seen(mine="a") == seen(mine=None, there=None) == seen(seed=1) == seen(there="there") == ""
    found = []
    for text, age in (("1", 60), ("2", 50), ("1", 0), ("2", 0)):
        write(tmp_path / "there/in/a", text, age)
        write(tmp_path / "a", text, age)
        found.append((seen(there="there"), seen(mine="a")))
    assert found[0] == found[2] != found[1] == found[3]
    assert found[0][0] != found[1][0]
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/in").symlink_to(tmp_path / "there/in")
    (tmp_path / "there/in/up").symlink_to(tmp_path / "there")
    assert seen(there="linked") == seen(there="there") == found[1][0]
    write(tmp_path / "there/b", "3")
    assert seen(there="there") != found[1][0]
    write(tmp_path / "there/in/a", "2")
    before = seen(there="there")
    monkeypatch.setattr(own_files, "_content", None)
    assert seen(there="there") == before
