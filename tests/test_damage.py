"""Files that are cut short, damaged or not ours are refused with their name and a remedy, whatever kind they are."""

import json
import os

import pandas as pd
import pytest
import torch
from conftest import edit, random_pictures, snakemake
from PIL import Image

from lossland.data import image_folder, parquet_images
from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.workflow import files as io
from lossland.workflow import store

RECORD = json.dumps({"spec": {}, "code": {}, "inputs": [], "plan": "", "chain": []})


def _table(path):
    io.save_table(path, pd.DataFrame({"a": range(500)}), {"a": "int64"}, ["a"], RECORD)


def _subspace(path):
    store.save_subspace(path, Subspace(torch.arange(600.0).view(2, 300), Points(2)), RECORD)


def _state(path):
    path.parent.mkdir(exist_ok=True)
    store.write_tensors(path, {"step": torch.arange(500)}, {"kind": "state"})


def _pictures(path):
    path.parent.mkdir(exist_ok=True)
    image = Image.new("RGB", (8, 8))
    image.save(path.with_suffix(".png"))
    cell = {"bytes": path.with_suffix(".png").read_bytes(), "path": ""}
    pd.DataFrame({"img": [cell] * 50, "label": [0, 1] * 25}).to_parquet(path)


def _picture(path):
    for split in ("train", "test"):
        for label in "ab":
            (path.parent.parent.parent / split / label).mkdir(parents=True, exist_ok=True)
            Image.effect_noise((40, 40), 50).save(path.parent.parent.parent / split / label / "0.png")


# kind -> (path below the folder, what writes it, what reads it)
KINDS = {
    "table": ("t.parquet", _table, lambda path, _: io.load_table(path)),
    "subspace": ("s.safetensors", _subspace, lambda path, _: store.load_subspace(path)),
    "dataset": ("d.safetensors", lambda path: store.save_arrays(path, random_pictures(), RECORD), lambda path, _: store.load_arrays(path)),
    "state": ("state/state.safetensors", _state, lambda path, _: store.DiskJournal(path.parent).load()),
    "Parquet images of the user": ("p/train.parquet", _pictures, lambda path, root: parquet_images.load(root, folder="p", train="*.parquet", test="*.parquet")),
    "an image of the user": ("i/train/a/0.png", _picture, lambda path, root: image_folder.load(root, folder="i", size=8)),
}  # fmt: skip


def _cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path):
    content = bytearray(path.read_bytes())
    middle = slice(len(content) // 2, len(content) // 2 + 40) if path.suffix == ".safetensors" else slice(60, 100)
    content[middle] = bytes(b ^ 0xFF for b in content[middle])
    path.write_bytes(content)


def _foreign(path):
    path.write_bytes(b'{"a": 1}' * 100)


def _empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_cut, _flip, _foreign, _empty], ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_refused_by_name(kind, damage, tmp_path):
    name, write, read = KINDS[kind]
    path = tmp_path / name
    write(path)
    read(path, tmp_path)
    damage(path)
    with pytest.raises(ValueError, match=str(path)) as refused:
        read(path, tmp_path)
    assert any(word in str(refused.value) for word in ("delete it", "replace it"))


def test_a_whole_file_of_another_kind_is_refused(tmp_path):
    _state(tmp_path / "state" / "s.safetensors")
    with pytest.raises(io.FileRefused, match="is not a subspace; delete it and run again"):
        store.load_subspace(tmp_path / "state" / "s.safetensors")
    rows = store.DiskJournal(tmp_path / "j").rows(4, 3)
    rows[:] = 1
    (tmp_path / "j" / "rows").write_bytes(b"short")
    with pytest.raises(io.FileRefused, match="has 5 bytes, not 48; delete its folder"):
        store.DiskJournal(tmp_path / "j").rows(4, 3)


@pytest.fixture
def small_disk(tmp_path):
    """mount(size, "ro" | "rw"): a disk of its own at the folder that is returned."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options):
        command = f"mount -t tmpfs -o {','.join(options)} tmpfs {folder}"
        if os.system(f"{command} 2>/dev/null"):
            pytest.skip("a small disk cannot be mounted here: that takes the rights of root")
        return folder

    yield mount
    os.system(f"umount {folder} 2>/dev/null")


def test_a_full_disk_is_told_of_and_nothing_is_lost(project, finished, small_disk):
    disk = small_disk("size=160k")
    edit(project / "tests/toy.yaml", "results: results/toy", f"results: {disk}/toy")
    command = ["--cores", "2", "--configfile", "tests/toy.yaml"]
    status, output = snakemake(project, *command)
    assert status != 0
    assert "No space left on device" in output
    assert "was not written, and what was there is untouched" in output
    assert "Traceback" not in output
    whole = [path for path in disk.rglob("*.*") if path.suffix in (".safetensors", ".parquet") and path.name[0] != "." and ".unfinished" not in str(path)]  # fmt: skip
    assert whole
    for path in whole:
        assert path.read_bytes() == (finished / "results/toy" / path.relative_to(disk / "toy")).read_bytes()
    small_disk("remount", "size=50m")
    status, output = snakemake(project, *command)
    assert status == 0, output
    for path in (finished / "results/toy").rglob("*.parquet"):
        assert (disk / "toy" / path.relative_to(finished / "results/toy")).read_bytes() == path.read_bytes()


def test_read_only_results_are_told_of(project, small_disk):
    disk = small_disk("size=160k")
    small_disk("remount", "ro")
    edit(project / "tests/toy.yaml", "results: results/toy", f"results: {disk}/toy")
    status, output = snakemake(project, "--cores", "1", "--configfile", "tests/toy.yaml")
    assert status != 0
    assert f"Read-only file system; {disk}/toy/resolved.yaml was not written" in output
    assert "Traceback" not in output
