"""Images that stay files: torchvision's crops, batches that are those of a tensor, one batch ahead, what is refused."""

import gc
import time
import weakref
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
import yaml
from conftest import planned, snakemake
from interrupted import resumed
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torchvision import transforms

from lossland.data import imagenet
from lossland.inputs import images
from lossland.inputs.arrays import IMAGENET, Arrays
from lossland.inputs.images import Images
from lossland.landscape.evaluate import evaluate, targets
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import fge, pretrained, sgd
from lossland.models import torchvision as torchvision_model
from lossland.options import Recipe
from lossland.probes import ensemble
from lossland.workflow import store

SIZES = [(40, 30), (31, 47), (20, 20), (90, 21), (22, 80)]
RECIPE = Recipe(epochs=2, lr=0.01, batch_size=4)


def draw(folder, train=9, test=4):
    """Noise on two colours, in JPEG files of several sizes, one of them grey."""
    rng = np.random.default_rng(0)
    for split, n in (("train", train), ("val", test)):
        for label, colour in (("cat", 60), ("dog", 160)):
            at = folder / split / label
            at.mkdir(parents=True)
            for i in range(n):
                width, height = SIZES[i % len(SIZES)]
                pixels = rng.integers(colour, colour + 90, (height, width, 3), dtype=np.uint8)
                Image.fromarray(pixels[..., 0] if i == 1 else pixels).save(at / f"{i}.JPEG")
    return folder


@pytest.fixture
def data(tmp_path):
    draw(tmp_path / "mine")
    return imagenet.load(tmp_path, folder="mine", size=16, resize=20)


def network():
    return nn.Sequential(nn.Conv2d(3, 4, 5, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))


@pytest.fixture
def streamed(data):
    return Problem(ParamSpace(network), data, batch_size=5)


def test_a_folder_is_listed_in_the_order_of_its_classes_and_mixed(data):
    assert [len(data.y[s]) for s in ("train", "val", "test")] == [18, 0, 8]
    assert (data.classes, data.shape) == (2, (3, 16, 16))
    for split in ("train", "test"):
        assert [path.split("/")[2] for path in data.x[split].paths] == [("cat", "dog")[label] for label in data.y[split]]
    assert len(data.y["train"][:9].unique()) == 2, "a batch in order is no batch of one class"


def test_middles_are_those_of_torchvision_to_the_pixel(data):
    reference = transforms.Compose([transforms.Resize(20), transforms.CenterCrop(16), transforms.PILToTensor()])
    files = [Image.open(data.x["train"].root / path).convert("RGB") for path in data.x["train"].paths]
    assert torch.equal(data.x["train"][torch.arange(18)], torch.stack([reference(file) for file in files]))


@pytest.mark.parametrize("size", [*SIZES, (300, 9), (9, 300)])
def test_random_parts_are_those_of_torchvision_to_the_pixel(size):
    """Under the same draws; the last sizes are those in which hardly any part fits."""
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (*size[::-1], 3), dtype=np.uint8))
    reference = transforms.RandomResizedCrop(16)
    for seed in range(20):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            expected = reference(image)
        assert np.array_equal(images.random_part(image, size=16, seed=seed), expected)


def test_evaluation_is_that_of_the_same_pictures_in_memory(streamed):
    x = {s: streamed.data.x[s][torch.arange(streamed.size(s))] for s in ("train", "test")}
    x["val"] = x["train"][:0]
    held = replace(streamed, data=Arrays(x, streamed.data.y, 2, *IMAGENET))
    trained = sgd.build(streamed, [], recipe=RECIPE, seed=0)
    scores = [evaluate(p, trained, trained.chart.grid(2), ["train", "test"]) for p in (streamed, held)]
    assert torch.equal(*scores)


def test_batches_are_named_by_their_key_whatever_the_threads(streamed):
    def batches(*key, start=0):
        return [(i, x, y) for i, (x,), y in streamed.batches("train", 4, epoch_key=key, start=start)]

    def same(ours, theirs):
        return all(
            a[0] == b[0] and torch.equal(a[1], b[1]) and torch.equal(a[2], b[2]) for a, b in zip(ours, theirs, strict=True)
        )

    first = batches(1, "batches", 0)
    assert [i for i, *_ in first] == [0, 1, 2, 3, 4]
    assert sorted(torch.cat([y for *_, y in first])) == sorted(streamed.data.y["train"])
    torch.set_num_threads(3)
    assert same(batches(1, "batches", 0), first)
    torch.set_num_threads(1)
    assert same(batches(1, "batches", 0, start=3), first[3:])
    assert not same(batches(1, "batches", 1), first)


def test_an_interrupted_training_ends_in_the_same_bytes(streamed, tmp_path):
    whole = sgd.build(streamed, [], recipe=RECIPE, seed=1)
    cut = resumed(partial(sgd.build, sources=[], recipe=RECIPE, seed=1), streamed, tmp_path / "journal", more=1)
    assert torch.equal(cut.anchors, whole.anchors)


def test_one_batch_is_read_ahead_and_few_are_alive(streamed, monkeypatch):
    decoded, alive, real_decode, real_read = [], [], images.decode, Images._read

    def read(self, rows, cuts):
        x = real_read(self, rows, cuts)
        alive.append(weakref.ref(x))
        return x

    streamed.check()
    monkeypatch.setattr(Images, "_read", read)
    monkeypatch.setattr(images, "decode", lambda *a: decoded.append(1) or real_decode(*a))
    for step, *_ in streamed.batches("train", 2, epoch_key=(0,)):
        ahead = 2 * min(step + 2, 9)
        deadline = time.monotonic() + 20
        while len(decoded) < ahead and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(0.02)
        gc.collect()
        assert len(decoded) == ahead, "the next batch and no more, without being asked for"
        assert sum(x() is not None for x in alive) <= 3
    assert step == 8


def test_targets_read_no_image(streamed, monkeypatch):
    streamed.check()  # which reads a few
    monkeypatch.setattr(images, "decode", None)
    assert torch.equal(targets(streamed, "train"), streamed.data.y["train"])


def test_the_dataset_names_its_files_wherever_they_lie(data, tmp_path):
    store.save_arrays(tmp_path / "d.safetensors", data, "")
    assert (tmp_path / "d.safetensors").stat().st_size < 3000
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "mine").rename(tmp_path / "elsewhere" / "mine")
    loaded = store.load_arrays(tmp_path / "d.safetensors", tmp_path / "elsewhere")
    assert [x.paths for x in loaded.x.values()] == [x.paths for x in data.x.values()]
    assert loaded.inputs("test", torch.arange(3)).shape == (3, 3, 16, 16)
    with pytest.raises(FileNotFoundError, match=r"mine/train/\w+/\d.JPEG is gone since the images were listed; put it back"):
        data.inputs("train", torch.arange(3))


def test_what_is_no_picture_is_refused_in_its_turn(streamed, tmp_path):
    paths = streamed.data.x["train"].paths
    whole = (tmp_path / paths[7]).read_bytes()
    for broken in (b"", b"no image", whole[: len(whole) // 2]):
        (tmp_path / paths[7]).write_bytes(broken)
        batches = streamed.batches("train", 6)
        next(batches)
        with pytest.raises(ValueError, match=f"{paths[7]} is not a readable image; remove or replace it"):
            next(batches)


def test_folders_that_do_not_do(tmp_path):
    draw(tmp_path / "mine")
    options = {"folder": "mine", "size": 16, "resize": 20}
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere/train; it must have a folder for each class"):
        imagenet.load(tmp_path, **options | {"folder": "nowhere"})
    with pytest.raises(ValueError, match="resize is 8, smaller than size, 16"):
        imagenet.load(tmp_path, **options | {"resize": 8})
    with pytest.raises(ValueError, match="val: 18 of the 18 training images leaves none"):
        imagenet.load(tmp_path, **options | {"val": 18})
    assert [len(imagenet.load(tmp_path, **options, val=5).y[s]) for s in ("train", "val")] == [13, 5]
    (tmp_path / "mine" / "val" / "cat").rename(tmp_path / "mine" / "val" / "cow")
    with pytest.raises(ValueError, match="train and val have different classes, cat, cow is in one only"):
        imagenet.load(tmp_path, **options)


def test_fge_of_a_network_of_torchvision_from_its_weights(data, tmp_path):
    """Section 6.1 of Garipov et al. 2018 in small: cycle 2, four networks from five epochs, the first the one it began with."""
    space = ParamSpace(partial(torchvision_model.build, data.shape, data.classes, name="resnet18"))
    problem = Problem(space, data)
    module = torchvision_model.build(data.shape, data.classes, name="resnet18")
    save_file(module.state_dict(), tmp_path / "resnet18.safetensors")
    own = pretrained.build(problem, [], file=str(tmp_path / "resnet18.safetensors"))
    recipe = Recipe(epochs=5, lr=1e-3, batch_size=6, weight_decay=1e-4)
    made = fge.build(problem, [own], recipe=recipe, seed=0, cycle=2, low=1e-5, keep_start=True)
    assert made.notes["epoch"].tolist() == made.spent.tolist() == [0, 1, 3, 5]
    assert made.notes["lr"][1:].tolist() == pytest.approx([1e-5] * 3)
    assert torch.equal(made.anchors[0], problem.space.ravel(dict(module.named_parameters())))
    assert len({tuple(row[:5].tolist()) for row in made.anchors}) == 4
    table = ensemble.measure(problem, made, by="order")
    assert table["members"].tolist() == ["0", "0 1", "0 1 2", "0 1 2 3"]
    alone = evaluate(problem, own, own.chart.grid(2), ["test"])[0, 0]
    assert table.loc[0, ["nll", "error"]].tolist() == pytest.approx(alone.tolist())


OWN = {
    "results": "results/toy",
    "data_root": "data",
    "data": {"mine": {"source": "imagenet", "folder": "mine", "size": 16, "resize": 20}},
    "network": {
        "own": {"data": "mine", "model": "mine:network", "method": "pretrained", "file": "a.safetensors"}
    },
    "subspace": {
        "fge": {
            "method": "fge", "sources": ["own"], "keep_start": True, "cycle": 2, "low": 1e-5, "seed": 1,
            "recipe": {"epochs": 3, "lr": 1e-3, "batch_size": 6},
        }
    },
    "table": {"ensemble": {"probe": "ensemble", "subspace": "fge", "by": "order"}},
}  # fmt: skip


def test_the_workflow_on_pictures_and_weights_of_ones_own(project):
    """From the files to a table; then another network of the same size in the file."""
    (project / "mine.py").write_text(
        "from torch import nn\n\n\ndef network(shape, classes):\n    return nn.Sequential(nn.Flatten(), nn.Linear(768, classes))\n"
    )
    draw(project / "data/mine")
    save_file({"1.weight": torch.randn(2, 768), "1.bias": torch.zeros(2)}, project / "data/a.safetensors")
    (project / "tests/toy.yaml").write_text(yaml.dump(OWN))
    status, output = snakemake(project, "--cores", "2", "--configfile", "tests/toy.yaml")
    assert status == 0, output
    made = store.load_subspace(project / "results/toy/subspace/fge.safetensors")
    own = store.load_subspace(project / "results/toy/network/own.safetensors")
    assert torch.equal(made.anchors[0], own.end)
    assert made.notes["epoch"].tolist() == [0, 1, 3]
    (project / "data").rename(project / "elsewhere")
    assert planned(project) == set(), "files that are not on this machine contradict no result"
    (project / "elsewhere").rename(project / "data")
    save_file({"1.weight": torch.randn(2, 768), "1.bias": torch.ones(2)}, project / "data/a.safetensors")
    assert planned(project) == {"network/own", "subspace/fge", "table/ensemble"}
