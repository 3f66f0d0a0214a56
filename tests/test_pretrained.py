"""Weights of a user's own: read by name, what is refused, a plane through three of them, a training made elsewhere."""

import copy
import hashlib
import json
import os
import pickle
import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import save_file, save_model
from torch import nn

import lossland as ll
from lossland.checking import built
from lossland.inputs import checkpoint_names
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import fge, fork, line, pca_plane, plane, pretrained, sgd, snapshots
from lossland.options import File, Folder, Recipe, Seed, Weights
from lossland.probes import dynamics, landscape, projection
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
        (lambda p: [p.pop(n) for n in list(p)[:5]], r"lacks 1\.weight, 1\.bias, 3\.weight and 2 more; name the model"),
        (lambda p: p.update(head=torch.zeros(2)), "has head, which the network has not; name the model"),
        (
            lambda p: p.update({"1.weight": torch.zeros(16, 3)}),
            r"has 1\.weight of shape \[16, 3\], and the network \[16, 2\]; name",
        ),
        (
            lambda p: p.update({"1.biases": p.pop("1.bias")}),
            r"lacks 1\.bias \(the nearest that it has is 1\.biases\); it has 1\.biases, which the",
        ),
        (lambda p: p["1.bias"].__setitem__(3, torch.nan), r"has values in 1\.bias that are not finite"),
        (
            lambda p: p.update({"1.bias": torch.full((16,), 1e39, dtype=torch.float64)}),
            r"values in 1\.bias that are not finite",
        ),
        (lambda p: p.update({"1.bias": torch.ones(16, dtype=torch.int8)}), r"has 1\.bias in int8; save it dense"),
        (lambda p: p.update({"1.bias": torch.ones(16) + 1j}), r"1\.bias in complex numbers, and the network in real ones"),
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
    with pytest.raises(ValueError, match="has scale with other values than the network, in which it is constant"):
        pretrained.build(twice, [], file=saved(tmp_path / "a.safetensors", Scaled(3.0)))


def test_files_that_do_not_do(problem, tmp_path):
    file = tmp_path / "a.safetensors"
    with pytest.raises(ValueError, match=r"file is .*a\.h5.: must be a file in \.safetensors, \.pt,"):
        ll.build.pretrained(problem, file=str(tmp_path / "a.h5"))
    with pytest.raises(FileNotFoundError, match=r"no file .*a\.safetensors; set data_root"):
        ll.build.pretrained(problem, file=str(file))
    saved(file, problem.space._build())
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    assert torch.equal(*(ll.build.pretrained(problem, file=str(file), sha256=s).end for s in (found, found.upper())))
    with pytest.raises(ValueError, match=f"has the sha256 {found}, not {'0' * 64}; fetch it again"):
        ll.build.pretrained(problem, file=str(file), sha256="0" * 64)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"a\.safetensors is not a whole safetensors file"):
        ll.build.pretrained(problem, file=str(file))


def sharded(path, tensors):
    """As Hugging Face writes a network in several files."""
    names = list(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for part, own in parts.items():
        save_file({n: tensors[n] for n in own}, path.parent / part, {"format": "pt"})
    path.write_text(json.dumps({"metadata": {}, "weight_map": {n: part for part, own in parts.items() for n in own}}))


def nested(*keys, before="", **beside):
    def save(path, tensors):
        held = {before + n: t for n, t in tensors.items()}
        for key in reversed(keys):
            held = {key: held} | beside
        torch.save(held, path)

    return save


FORMS = {
    "a.pt": nested(),
    "b.pth": nested("model_state_dict", optimizer_state_dict={"state": {}}, epoch=3),
    "c.ckpt": nested("state_dict", before="model.", hyper_parameters={"lr": 0.1}),
    "d.bin": lambda path, t: torch.save(t, path, _use_new_zipfile_serialization=False),
    "e.pt": nested("model", "state_dict", before="module._orig_mod."),
    "f.safetensors": lambda path, t: save_file({f"_orig_mod.{n}": p for n, p in t.items()}, path),
    "g.safetensors.index.json": sharded,
    "h.pt": nested(before="model."),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_file_is_the_same_network(name, normalised, tmp_path, caplog):
    module = normalised.space._build()
    FORMS[name](tmp_path / name, dict(module.state_dict()))
    read = pretrained.build(normalised, [], file=tmp_path / name)
    assert torch.equal(read.end, torch.cat([p.detach().reshape(-1) for p in module.parameters()]))
    assert (f"{name} is read without" in caplog.text) == (name[0] in "cefh")


def test_a_wrapped_network_takes_the_file_of_a_plain_one(problem, tmp_path, caplog):
    module = problem.space._build()
    wrapped = Problem(ParamSpace(lambda: nn.DataParallel(problem.space._build())), problem.data)
    read = pretrained.build(wrapped, [], file=saved(tmp_path / "a.safetensors", module))
    assert torch.equal(read.end, problem.space.ravel(dict(module.named_parameters())))
    assert "is read with module. before its names" in caplog.text


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.outside = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
        self.outside.weight = self.inside.weight

    def forward(self, x):
        return self.outside(self.inside(x))


def test_tied_weights_have_any_of_their_names(problem, tmp_path):
    tied, module = Problem(ParamSpace(Tied), problem.data), Tied()
    save_model(module, tmp_path / "a.safetensors")  # which keeps one of the names, and the other as an alias
    torch.save(module.state_dict(), tmp_path / "b.pt")
    save_file({"outside.weight": module.inside.weight.detach()}, tmp_path / "c.safetensors")
    for name in ("a.safetensors", "b.pt", "c.safetensors"):
        assert torch.equal(pretrained.build(tied, [], file=tmp_path / name).end, module.inside.weight.detach().reshape(-1))
    torch.save({"inside.weight": torch.ones(2, 2), "outside.weight": torch.zeros(2, 2)}, tmp_path / "d.pt")
    with pytest.raises(ValueError, match=r"different values in outside\.weight and inside\.weight, which the network ties"):
        pretrained.build(tied, [], file=tmp_path / "d.pt")


class Evil:
    def __reduce__(self):
        return os.mkdir, (os.environ["EVIL"],)


HOSTILE = {
    "code.pt": (
        lambda p: torch.save({"state_dict": {}, "x": Evil()}, p),
        r"more than tensors and plain values \(posix\.mkdir\)",
    ),
    "plain.pth": (lambda p: p.write_bytes(pickle.dumps(Evil())), "is not a whole checkpoint of PyTorch"),
    "whole.pt": (
        lambda p: torch.save(nn.Linear(2, 2), p),
        r"\(torch\.nn\.modules\.linear\.Linear\), for which code would have to",
    ),
    "half.pt": (lambda p: (torch.save(Tied().state_dict(), p), p.write_bytes(p.read_bytes()[:700])), "cut short"),
    "text.ckpt": (lambda p: p.write_text("hello\n" * 99), "is not a whole checkpoint of PyTorch"),
    "empty.pt": (lambda p: p.touch(), r"empty\.pt is empty; copy it again"),
    "folder.pt": (lambda p: p.mkdir(), r"there is no checkpoint in .*folder\.pt"),
    "list.pt": (lambda p: torch.save([1], p), "holds no state dict but a list; save state_dict"),
    "sgd.pt": (lambda p: torch.save({"state": {}, "param_groups": []}, p), "but a dictionary of state, param_groups"),
    "two.pt": (lambda p: torch.save({"model": {"a": 1}, "net": {"a": 1}}, p), "networks under model and net; save the one"),
    "a.safetensors.index.json": (lambda p: p.write_text('{"weight_map": {"a": "../b"}}'), "it must name files beside it"),
    "b.safetensors.index.json": (lambda p: p.write_text('{"weight_map": {"a": "b.pt"}}'), r"there is no file .*b\.pt"),
    "c.bin.index.json": (lambda p: p.write_text("[]"), "is not the index of a checkpoint, with a weight_map"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_checkpoint_is_refused_in_one_sentence_and_never_run(name, problem, tmp_path, monkeypatch):
    monkeypatch.setenv("EVIL", str(tmp_path / "run"))
    write, sentence = HOSTILE[name]
    write(tmp_path / name)
    with pytest.raises((ValueError, FileNotFoundError), match=sentence) as caught:
        pretrained.build(problem, [], file=tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.fixture
def elsewhere(normalised, tmp_path):
    """A training by plain PyTorch: its modules after epochs 0 to 4, saved as Lightning names them."""
    torch.manual_seed(0)
    module = normalised.space._build()
    x, y = (normalised.data.inputs("train", slice(None)), normalised.data.y["train"])
    optimiser, kept = torch.optim.SGD(module.parameters(), 0.1), []
    for epoch in range(5):
        kept.append(copy.deepcopy(module))
        torch.save({"state_dict": module.state_dict()}, tmp_path / f"net16-epoch={epoch}-step={3 * epoch}.ckpt")
        for _ in range(3):
            optimiser.zero_grad()
            nn.functional.cross_entropy(module.train()(x), y).backward()
            optimiser.step()
    (tmp_path / "last.ckpt").touch()
    return tmp_path, kept


def test_a_training_made_elsewhere_is_a_trajectory(elsewhere, normalised):
    """Its plane is that of numpy's SVD, its points have the losses of the modules under their own statistics."""
    folder, modules = elsewhere
    run = ll.build.pretrained(normalised, file=folder, recipe={"epochs": 8, "lr": 0.1, "weight_decay": 0.01, "batch_size": 7})
    theta = torch.stack([torch.cat([p.detach().reshape(-1) for p in m.parameters()]) for m in modules])
    assert torch.equal(run.anchors, theta)
    assert run.notes["epoch"].tolist() == run.spent.tolist() == [0, 1, 2, 3, 4]
    assert run.notes["lr"].tolist() == [0.1] * 5
    x, y = normalised.data.inputs("train", slice(None)), normalised.data.y["train"]
    with torch.no_grad():
        own = [nn.functional.cross_entropy(m.eval()(x), y).item() for m in modules]

    def nll(subspace, mark="grid", **options):
        table = landscape.measure(normalised, subspace, resolution=3, **options)
        return table.query(f"split == 'train' and quantity == 'nll' and mark == '{mark}'")["value"].tolist()

    assert nll(run, bn="own") == pytest.approx(own, rel=1e-5)
    flat = pca_plane.build(normalised, [run])
    moved = (theta - theta[-1]).double().numpy()
    variance = np.linalg.svd(moved - moved.mean(0), compute_uv=False) ** 2
    assert flat.notes["direction.centred"].numpy() == pytest.approx(variance[:2] / variance.sum(), rel=1e-4)
    assert nll(flat, "centre", bn="own") == pytest.approx(own[-1:], rel=1e-5)
    ends = [snapshots.build(normalised, [run], epochs=[epoch]) for epoch in (1, 4)]
    assert nll(line.build(normalised, ends), bn="own")[::2] == pytest.approx([own[1], own[4]], rel=1e-5)
    assert projection.measure(normalised, flat)["epoch"].tolist() == [0, 1, 2, 3, 4]
    course = dynamics.measure(normalised, run, bn="own").query("split == 'train' and quantity == 'nll'")
    assert course["value"].tolist() == pytest.approx(own, rel=1e-5)


def test_a_training_made_elsewhere_is_forked_and_goes_on(elsewhere, normalised):
    folder, _ = elsewhere
    run = pretrained.build(normalised, [], file=folder / "net16-*.ckpt")
    recipe = Recipe(epochs=6, lr=0.1, batch_size=7)
    forked = fork.build(normalised, [run], recipe=recipe, seed=1, start=2)
    again = sgd.build(normalised, [], recipe=replace(recipe, epochs=4), seed=1)
    assert forked.lineage[:, 1].tolist() == [2, 4]
    assert forked.spent.tolist() == [6]
    assert not torch.equal(forked.end, again.end)
    ensemble = fge.build(normalised, [run], recipe=recipe, seed=1, low=0.01, cycle=2, start=3, keep_start=True)
    assert torch.equal(ensemble.anchors[0], run.anchors[3])
    assert ensemble.spent.tolist() == [3, 4, 6, 8]
    with pytest.raises(ValueError, match="no snapshot of epoch 7, only of 0, 1, 2, 3, 4"):
        fork.build(normalised, [run], recipe=replace(recipe, epochs=9), seed=1, start=7)
    with pytest.raises(ValueError, match="bn: own is for networks that came with running statistics, and these have none"):
        landscape.measure(normalised, again, bn="own")


@pytest.mark.parametrize(
    ("names", "options", "expected"),
    [
        (["net20_1.pt", "net20_10.pt", "net20_9.pt"], {}, [1, 9, 10]),
        (["checkpoint-500/model.safetensors", "checkpoint-1000/model.safetensors"], {"per_epoch": 250}, [2, 4]),
        (["epoch=0-step=391.ckpt", "epoch=1-step=782.ckpt", "last.ckpt"], {"first": 1}, [1, 2]),
        (["e1_s5.pt", "e2_s6.pt"], {}, "have several numbers; write epoch before"),
        (["epoch_1_a.pt", "epoch_1_b.pt"], {}, "are both of epoch 1; give a pattern"),
        (["best.pt", "last.pt"], {}, "no file in .* has the number of an epoch in its name"),
        (["Epoch 007.pth"], {}, [7]),
    ],
)
def test_epochs_are_in_the_names(tmp_path, names, options, expected):
    files = [tmp_path / name for name in names]
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=expected):
            checkpoint_names.epochs(files, **options)
    else:
        found = checkpoint_names.epochs(files, **options)
        assert list(found.values()) == expected
        assert list(found) == sorted(found, key=found.get)


def test_a_folder_of_parts_is_one_network(tmp_path):
    sharded(tmp_path / "model.safetensors.index.json", dict(Tied().state_dict()) | {"b": torch.ones(1)})
    (tmp_path / ".hidden.pt").touch()
    assert [p.name for p in checkpoint_names.networks(tmp_path)] == ["model.safetensors.index.json"]
    assert len(checkpoint_names.files(tmp_path)) == 3


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


def test_checkpoints_are_seen_by_name_and_content(tmp_path, monkeypatch):
    """A rename is another trajectory, a log beside it is not; the parts behind an index count."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def seen(file):
        own = []
        built({"file": (Weights, None)}, {"file": file}, "network.mine", root=tmp_path, own=own)
        return own_files.of(own)

    (tmp_path / "run").mkdir()
    for epoch in (1, 2):
        (tmp_path / f"run/epoch{epoch}.pt").write_text(str(epoch))
    folder = seen("run")
    assert folder == seen("run/*.pt") != ""
    (tmp_path / "run/log.txt").write_text("more")
    assert seen("run") == folder
    (tmp_path / "run/epoch2.pt").rename(tmp_path / "run/epoch3.pt")
    assert seen("run") != folder
    sharded(tmp_path / "m.safetensors.index.json", dict(Tied().state_dict()))
    before = seen("m.safetensors.index.json")
    (tmp_path / "model-00002-of-00002.safetensors").write_text("other")
    assert seen("m.safetensors.index.json") != before
    assert seen("absent/*.pt") == seen("absent") == ""


@pytest.mark.parametrize(
    ("kind", "make", "sentence"),
    [
        ("file", lambda p: p.mkdir(), "mine is a folder; name a file"),
        ("folder", lambda p: p.touch(), "mine is a file; name a folder"),
        ("file", lambda p: None, "there is no file .*mine; set data_root, or LOSSLAND_DATA"),
        ("weights", lambda p: None, "there is no file .*mine; set data_root"),
        ("weights", lambda p: p.mkdir(), "there is no checkpoint in .*mine; set data_root"),
        ("file", lambda p: p.touch(), "mine is empty; copy it again"),
        (
            "weights",
            lambda p: (p.mkdir(), (p / "a_1_2.pt").touch(), (p / "a_2_3.pt").touch()),
            "have several numbers; write epoch",
        ),
        ("weights", lambda p: (p.mkdir(), (p / "1.pt").touch()), r"mine/1\.pt is empty; copy it again"),
        (
            "weights",
            lambda p: (p.mkdir(), sharded(p / "m.bin.index.json", {"a": torch.ones(1), "b": torch.ones(1)})),
            "has the number of an epoch",
        ),
    ],
)
def test_what_is_wrong_with_ones_own_files_is_told_before_anything_runs(tmp_path, kind, make, sentence):
    path = tmp_path / "mine"
    make(path)
    assert re.search(sentence, own_files.fault(kind, path))


def test_files_that_are_there_have_no_fault(tmp_path):
    (tmp_path / "a.pt").write_text("1")
    assert own_files.fault("weights", tmp_path / "a.pt") == own_files.fault("file", tmp_path / "a.pt") == ""
    assert own_files.fault("folder", tmp_path) == ""
    (tmp_path / "m.bin.index.json").write_text('{"weight_map": {"a": "gone.bin"}}')
    told = own_files.fault("weights", tmp_path / "m.bin.index.json")
    assert told == f"there is no file {tmp_path}/gone.bin, which the index beside it names; copy it there"
