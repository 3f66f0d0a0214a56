"""Files: round trips, equal bytes, atomic writes, and what is refused."""

import gzip
import hashlib
import json
import math
import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from conftest import ROOT, random_pictures
from PIL import Image
from safetensors.torch import load_file

from lossland.data import cifar10, digits, fashion_mnist, image_folder, mnist, parquet_images, ptb, svhn
from lossland.geometry.charts.affine import Affine
from lossland.inputs import downloads, images
from lossland.inputs.arrays import Arrays, crop, flip
from lossland.landscape.subspace import Subspace
from lossland.workflow import files as io
from lossland.workflow import store

PLANE = Subspace(
    torch.randn(3, 10), Affine(3, ((-1, 1), (0, 2))), {"path": torch.randn(4, 2).double(), "source": torch.tensor(3)}
)


RECORD = {"spec": {"section": "subspace"}, "code": {}, "inputs": [], "plan": "", "chain": []}


def test_subspace_round_trip_and_equal_bytes(tmp_path):
    for name in "ab":
        store.save_subspace(tmp_path / f"{name}.safetensors", PLANE, json.dumps(RECORD))
    loaded = store.load_subspace(tmp_path / "a.safetensors")
    assert torch.equal(loaded.anchors, PLANE.anchors)
    assert loaded.chart == PLANE.chart
    assert all(torch.equal(loaded.notes[n], t) for n, t in PLANE.notes.items())
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert io.provenance(tmp_path / "a.safetensors") == RECORD
    assert set(load_file(tmp_path / "a.safetensors")) == {"anchors", "note.path", "note.source"}  # the library reads it


def test_arrays_round_trip(tmp_path):
    arrays = random_pictures()
    store.save_arrays(tmp_path / "d.safetensors", arrays, "")
    loaded = store.load_arrays(tmp_path / "d.safetensors")
    assert torch.equal(loaded.x["test"], arrays.x["test"])
    assert torch.equal(loaded.inputs("train", torch.arange(3)), arrays.inputs("train", torch.arange(3)))


@pytest.mark.parametrize("cut", [0, 5, 40, -1])
def test_truncated_safetensors_are_refused(tmp_path, cut):
    path = tmp_path / "a.safetensors"
    store.save_subspace(path, PLANE, "")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(io.FileRefused, match=r"a\.safetensors is not a whole safetensors file .* delete it and run again"):
        store.load_subspace(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    store.save_arrays(tmp_path / "d.safetensors", random_pictures(), "")
    with pytest.raises(io.FileRefused, match="is not a subspace"):
        store.load_subspace(tmp_path / "d.safetensors")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(io.FileRefused, match="not a whole Parquet table"):
        io.load_table(tmp_path / "t.parquet")


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError), io.replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert os.listdir(tmp_path) == ["a.txt"]
    assert path.read_text() == "before"


def test_tables_keep_types_nan_and_provenance_and_refuse_double_keys(tmp_path):
    table = pd.DataFrame({"i": [1, 2], "v": [float("nan"), float("inf")]})
    schema = {"v": "float64", "i": "int64"}
    io.save_table(tmp_path / "t.parquet", table, schema, ["i"], json.dumps(RECORD))
    loaded = io.load_table(tmp_path / "t.parquet")
    assert list(loaded.columns) == ["v", "i"]
    assert loaded["v"].isna().tolist() == [True, False]
    assert io.provenance(tmp_path / "t.parquet") == RECORD
    with pytest.raises(ValueError, match="do not name each row"):
        io.save_table(tmp_path / "t.parquet", table.assign(i=1), schema, ["i"], "")
    with pytest.raises(ValueError, match="differ in w"):
        io.save_table(tmp_path / "t.parquet", table.assign(w=1), schema, ["i"], "")


def test_rows_of_tables_get_the_names_of_who_reads_them():
    """In the order in which they are named; what is named twice is there twice, what is not named or not there is not."""
    table = pd.DataFrame({"subspace": ["a", "a", "b"], "run": ["1", "1", "2"], "v": [1, 2, 3]})
    entry = {
        "names": [["y", "1"], ["x", "7"], ["z", "1"], ["w", "1"]],
        "rows": [["b", "2"], ["a", "1"], ["b", "2"], ["c", "1"]],
    }
    found = io.renamed([(table, entry), (table, {}), (table, {"names": [["a", "1"]]})])
    named = [("y", "1", 3), ("x", "7", 1), ("x", "7", 2), ("z", "1", 3), *table.itertuples(index=False, name=None)]
    assert list(found.itertuples(index=False, name=None)) == [*named, ("a", "1", 1), ("a", "1", 2)]


def test_journal_keeps_rows_and_state_and_refuses_broken_state(tmp_path):
    journal = store.DiskJournal(tmp_path / "j").part("work")
    assert journal.load() is None
    journal.rows(3, 2)[1] = 5
    journal.save({"position": torch.tensor([1, 2])})
    job = store.DiskJournal(tmp_path / "j")
    again, other = job.part("work"), job.part("work")
    assert again.rows(3, 2).tolist() == [[0, 0], [5, 5], [0, 0]]
    assert again.load()["position"].tolist() == [1, 2]
    assert other.load() is None
    (tmp_path / "j" / "work-1" / "state.safetensors").write_bytes(b"nonsense")
    with pytest.raises(io.FileRefused, match="delete it and run again"):
        again.load()


def test_augmentations_are_shifts_and_mirrors():
    x = torch.arange(2 * 4 * 4, dtype=torch.uint8).view(2, 1, 4, 4)
    padded = torch.nn.functional.pad(x, (1,) * 4)
    possible = {tuple(padded[0, 0, i : i + 4, j : j + 4].reshape(-1).tolist()) for i in range(3) for j in range(3)}
    seen = {tuple(crop(x, torch.Generator().manual_seed(s), 1)[0].reshape(-1).tolist()) for s in range(200)}
    assert seen == possible
    mirrored = torch.stack([flip(x, torch.Generator().manual_seed(s), 0.5)[1] for s in range(200)])
    assert all(torch.equal(m, x[1]) or torch.equal(m, x[1].flip(-1)) for m in mirrored)
    assert 60 < sum(torch.equal(m, x[1]) for m in mirrored) < 140


def test_digits_are_split_for_ever_and_stratified():
    data = digits.load(None)
    assert [len(data.y[s]) for s in ("train", "val", "test")] == [797, 200, 800]
    assert torch.bincount(data.y["test"]).min() >= 77
    scaled = data.inputs("train", torch.arange(797))
    assert abs(scaled.mean()) < 1e-5
    assert scaled.std().item() == pytest.approx(1, abs=1e-3)


def _parquet(path, rows=6, label=lambda i: i % 3, image=None, names=("a", "b", "c"), side=8):
    def encoded(i):
        file = path.with_suffix(".png")
        Image.new("RGB", (side, side), (i, 0, 0)).save(file)
        return file.read_bytes()

    images = [{"bytes": image or encoded(i), "path": None} for i in range(rows)]
    features = {"info": {"features": {"label": {"names": list(names), "_type": "ClassLabel"}}}}
    table = pa.table({"img": images, "label": [label(i) for i in range(rows)]})
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(features)}), path)


def test_parquet_images(tmp_path):
    for split in ("train", "test"):
        _parquet(tmp_path / f"{split}-0.parquet")
    data = parquet_images.load(tmp_path, folder=".", train="train-*.parquet", test="test-*.parquet", val=2)
    assert data.x["train"].shape == (4, 3, 8, 8)
    assert data.x["val"][1, 0, 0, 0] == 5
    assert data.classes == 3
    raw = parquet_images.load(tmp_path, folder=".", train="train-*.parquet", test="test-*.parquet", scaling="raw")
    assert raw.inputs("train", torch.tensor([4]))[0, :, 0, 0].tolist() == [4, 0, 0]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"image": b"no image"}, r"test\.parquet, row 0 is not a readable image"),
        ({"image": "text"}, r"test\.parquet, row 0: the image column does not hold the bytes of an image"),
        ({"label": lambda i: None if i == 2 else 1}, "column label must hold a whole number in every row"),
        ({"label": str}, "column label must hold a whole number in every row"),
        ({"label": lambda i: i}, r"label 3 of test example 3 is not in 0\.\.2"),
    ],
)
def test_broken_parquet_rows_are_refused(tmp_path, options, sentence):
    _parquet(tmp_path / "train.parquet")
    _parquet(tmp_path / "test.parquet", **options)
    with pytest.raises(ValueError, match=sentence):
        parquet_images.load(tmp_path, folder=".", train="train.parquet", test="test.parquet")


def test_broken_parquet_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="data_root"):
        parquet_images.load(tmp_path, folder=".", train="*.parquet", test="*.parquet")
    _parquet(tmp_path / "t.parquet")
    (tmp_path / "t.parquet").write_bytes((tmp_path / "t.parquet").read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"t\.parquet is no whole Parquet file"):
        parquet_images.load(tmp_path, folder=".", train="t.parquet", test="t.parquet")


def test_image_folder(tmp_path):
    for split in ("train", "test"):
        for label in ("cat", "dog"):
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(3):
                Image.new("RGB", (12, 9), (i, 0, 200 * (label == "dog"))).save(tmp_path / split / label / f"{i}.png")
    data = image_folder.load(tmp_path, folder=".", size=8)
    assert data.x["train"].shape == (6, 3, 8, 8)
    assert ((data.x["train"][:, 2, 0, 0] == 200).long() == data.y["train"]).all()
    (tmp_path / "train" / "cat" / "0.png").write_text("not an image")
    with pytest.raises(ValueError, match=r"0\.png is not a readable image"):
        image_folder.load(tmp_path, folder=".", size=8)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        image_folder.load(tmp_path, folder="nowhere")


def test_images_among_other_files_are_listed_in_order_and_no_link_leads_round(tmp_path, caplog):
    for split in ("train", "test"):
        for label in ("b", "a"):
            (tmp_path / split / label / "in").mkdir(parents=True)
            for name in ("2.PNG", "10.png", "in/1.png", "note.txt", "x.gif", ".hidden.png"):
                Image.new("RGB", (8, 8)).save(tmp_path / split / label / name, "PNG")
            (tmp_path / split / label / "in" / "up").symlink_to(tmp_path / split / label)
    classes, found = images.listed(tmp_path / "train")
    assert classes == ["a", "b"]
    expected = [(f"{c}/{n}", i) for i, c in enumerate("ab") for n in ("10.png", "2.PNG", "in/1.png")]
    assert [(os.path.relpath(path, tmp_path / "train"), label) for path, label in found] == expected
    assert "train has files that are not read as images: 2 of .txt, 2 of .gif" in caplog.text
    (tmp_path / "train/c").mkdir()
    with pytest.raises(FileNotFoundError, match=r"there is no image in .*train/c; give one in"):
        images.listed(tmp_path / "train")


def test_what_has_no_room_or_is_a_bomb_is_refused_before_it_is_read(tmp_path, monkeypatch):
    for split in ("train", "test"):
        (tmp_path / split / "a").mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / split / "a/0.png")
        _parquet(tmp_path / f"{split}.parquet", rows=130)
    with pytest.raises(ValueError, match=r"has 2 images of 3 x 9000000 x 9000000, 486000\.0 GB, and .* GB of memory are free"):
        image_folder.load(tmp_path, folder=".", size=9_000_000)
    monkeypatch.setattr(images.psutil, "virtual_memory", lambda: SimpleNamespace(available=500))
    with pytest.raises(ValueError, match=r"train\.parquet has 30 images of 8 x 8 x 3, .*; give a limit, or fewer files"):
        parquet_images.load(tmp_path, folder=".", train="train.parquet", test="test.parquet")
    monkeypatch.undo()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(ValueError, match=r"train/a/0\.png has more pixels than an image may have here"):
        image_folder.load(tmp_path, folder=".", size=8)


@pytest.mark.parametrize(
    ("metadata", "classes"),
    [
        (b"null", 3),
        (b"{", 3),
        (b"[]", 3),
        (b'{"info": {"features": {"label": {"names": "abcdefgh"}}}}', 3),
        (b'{"info": {"features": {"label": {"names": ["a", "b", "c", "d"]}}}}', 4),
    ],
)
def test_classes_that_are_not_declared_in_words_are_those_of_the_labels(tmp_path, metadata, classes, caplog):
    _parquet(tmp_path / "t.parquet")
    table = pq.read_table(tmp_path / "t.parquet").replace_schema_metadata({b"huggingface": metadata})
    pq.write_table(table, tmp_path / "t.parquet")
    assert parquet_images.load(tmp_path, folder=".", train="t.parquet", test="t.parquet").classes == classes
    assert ("t.parquet declares no classes" in caplog.text) == (classes == 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label": lambda i: 10**12 * (i % 2), "names": ()}, "there is a label 1000000000000, and labels count classes from 0"),
        ({"crop": 8}, "crop is 8, and images have 8 pixels; lower it"),
        ({"side": 7}, r"an input of test and one of train have the shapes \[3, 7, 7\] and \[3, 8, 8\]"),
    ],
)
def test_sizes_and_labels_that_cannot_be_are_refused(tmp_path, change, sentence):
    options = {"crop": change.pop("crop", 4)}
    _parquet(tmp_path / "train.parquet", **{n: v for n, v in change.items() if n != "side"})
    _parquet(tmp_path / "test.parquet", names=change.get("names", "abc"), side=change.get("side", 8))
    with pytest.raises(ValueError, match=sentence):
        parquet_images.load(tmp_path, folder=".", train="train.parquet", test="test.parquet", **options)


def test_bytes_and_numbers_are_not_mixed():
    x = {"train": torch.zeros(3, 1, 2, 2, dtype=torch.uint8), "test": torch.zeros(3, 1, 2, 2)}
    with pytest.raises(ValueError, match="inputs of test and of train are not both bytes, which are divided by 255"):
        Arrays(x, {split: torch.zeros(3, dtype=torch.int64) for split in x}, 2)


def served(monkeypatch, content, url=None, **headers):
    """What the network answers."""

    def answer(asked, timeout):
        if content is None:
            raise URLError("no route")
        made = BytesIO(content)
        made.url, made.headers = url or asked, headers
        return made

    monkeypatch.setattr(downloads, "urlopen", answer)


def test_cifar_is_read_from_its_archive_and_checked(tmp_path, monkeypatch):
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for i, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
            raw = bytes([i]) + bytes(range(256)) * 12
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            entry.size = len(raw)
            archive.addfile(entry, BytesIO(raw))
    served(monkeypatch, made.getvalue())
    with pytest.raises(ValueError, match=r"https://www\.cs.*binary\.tar\.gz is not the file that papers use: its checksum is"):
        cifar10.load(tmp_path)
    assert not list(tmp_path.iterdir()), "nothing half downloaded stays"
    name = "cifar-10-binary.tar.gz"
    monkeypatch.setitem(cifar10.SHA256, name, hashlib.sha256(made.getvalue()).hexdigest())
    data = cifar10.load(tmp_path)
    assert (data.x["train"].shape, data.y["train"].tolist(), data.y["test"].tolist()) == ((5, 3, 32, 32), [0, 1, 2, 3, 4], [5])
    assert data.x["test"][0, 0, 0, :3].tolist() == [0, 1, 2]
    served(monkeypatch, made.getvalue()[:-9], **{"Content-Length": str(len(made.getvalue()))})
    with pytest.raises(OSError, match=r"https://www\.cs.*binary\.tar\.gz was cut short; try again"):
        cifar10.load(tmp_path / "elsewhere")
    served(monkeypatch, None)
    assert cifar10.load(tmp_path).classes == 10, "without the network"
    (tmp_path / name).write_bytes(made.getvalue()[:-1])
    with pytest.raises(ValueError, match=r"cifar-10-binary\.tar\.gz is not the file that papers use.*; move it away"):
        cifar10.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(OSError, match=r"could not be downloaded \(no route\); put it at .*binary\.tar\.gz"):
        cifar10.load(tmp_path)


def test_nothing_comes_but_over_https_and_before_it_does_it_is_said(tmp_path, monkeypatch, caplog):
    served(monkeypatch, b"content", "http://elsewhere")
    with pytest.raises(ValueError, match="leads to http://elsewhere, and nothing is downloaded but over https"):
        downloads.fetched(tmp_path / "f", "https://here", hashlib.sha256(b"content").hexdigest())
    assert not list(tmp_path.iterdir())
    assert f"https://here is downloaded to {tmp_path / 'f'}; put it there" in caplog.text
    for module in (cifar10, mnist, fashion_mnist, svhn, ptb):
        assert module.URL.startswith("https://")


def test_mnist_is_read_as_it_says_itself(tmp_path, monkeypatch):
    (tmp_path / "MNIST/raw").mkdir(parents=True)
    sums = {}
    for name, shape in zip(mnist.SHA256, ((3, 4, 5), (3,), (2, 4, 5), (2,)), strict=True):
        values = np.arange(math.prod(shape), dtype=np.uint8)
        head = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
        content = gzip.compress(head + values.tobytes())
        (tmp_path / f"MNIST/raw/{name}-ubyte.gz").write_bytes(content)
        sums[name] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(mnist, "SHA256", sums)
    data = mnist.load(tmp_path)
    assert data.x["train"].flatten().tolist() == list(range(60))
    assert (data.x["test"].shape, data.y["train"].tolist()) == ((2, 1, 4, 5), [0, 1, 2])


def test_real_cifar10_pictures():
    folder = Path(os.environ.get("LOSSLAND_DATA", ".")) / "cifar10"
    if not list(folder.glob("test-*.parquet")):
        pytest.skip("no real CIFAR-10 here: set LOSSLAND_DATA to a folder with cifar10/{train,test}-*.parquet")
    data = parquet_images.load(folder.parent, folder="cifar10", train="train-*.parquet", test="test-*.parquet", limit=500)
    assert data.x["train"].shape == (500, 3, 32, 32)
    assert data.classes == 10
    assert 0.3 < data.mean[0] < 0.6


def test_several_may_write_what_they_share(tmp_path):
    code = "from lossland.workflow.files import replacing\nfor _ in range(300):\n    with replacing('f.txt', shared=True) as t:\n        t.write_text('same' * 1000)\n"
    writers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})
        for _ in range(3)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("f.txt", "same" * 1000)]
