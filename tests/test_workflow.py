"""The real workflow on the toy config: what it makes, what an edit reruns, what is added with one file and one stanza."""

import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from conftest import TOY, edit, snakemake
from PIL import Image

from lossland import store

PATHS = ["segment_path", "bezier_path", "polychain_path"]


def planned(project, *arguments):
    """Names of what a dry run would make, without suffixes: `table/bezier_path` ..."""
    status, output = snakemake(project, "-n", *TOY, *arguments)
    assert status == 0, output
    made = [name for line in re.findall(r"^    output: (.*)$", output, re.M) for name in line.split(", ")]
    return {str(Path(name).with_suffix("")).removeprefix("results/toy/") for name in made}


def below(*nouns):
    """Everything of the toy config that depends on curves trained by `curve.py`, restricted to some nouns."""
    all_of = {
        "subspace/bezier", "subspace/polychain", "table/bezier_path", "table/polychain_path", "table/bezier_shape",
        "table/polychain_shape", "figure/garipov2018_fig2", "figure/garipov2018_table2", "claim/garipov2018",
    }  # fmt: skip
    return {name for name in all_of if not nouns or name.partition("/")[0] in nouns}


def test_the_toy_run_makes_everything_and_says_so(finished):
    output = (finished / "output.txt").read_text()
    results = finished / "results" / "toy"
    for name in (
        "figure/garipov2018_fig2.png",
        "figure/garipov2018_fig2.svg",
        "figure/garipov2018_table2.md",
        "claim/garipov2018.csv",
    ):
        assert (results / name).stat().st_size > 100
    assert "results/toy/claim/garipov2018.md" in output.partition("Made:")[2]
    table = pd.read_parquet(results / "table" / "bezier_path.parquet")
    assert len(table) == 2 * 11 * 3
    assert {"subspace", "run", "split", "quantity", "value", "arc"} <= set(table.columns)
    provenance = yaml.safe_load(pq.read_schema(results / "table" / "bezier_path.parquet").metadata[b"provenance"])
    assert provenance["spec"]["probe"] == {"landscape": {"resolution": 11}}
    assert provenance["versions"]["torch"]
    network = store.load_subspace(results / "network" / "net" / "1.safetensors")
    assert network.notes["epoch"].tolist() == [0, 4, 8]
    assert yaml.safe_load((results / "config.yaml").read_text())["network"]["net/1"]["method"]["sgd"]["seed"] == 1
    assert (results / "log" / "network" / "net" / "1.log").read_text().count("epoch") == 8
    assert (results / "benchmark" / "network" / "net" / "1.jsonl").exists()
    assert not list(results.rglob(".*"))


def test_a_second_run_has_nothing_to_do(finished):
    status, output = snakemake(finished, *TOY)
    assert status == 0
    assert "Nothing to be done" in output


def test_target_of_a_paper(finished):
    status, output = snakemake(finished, "garipov2018", "-n", "--forceall", *TOY)
    assert status == 0
    assert "garipov2018_fig2" in output
    assert "surface" not in output


EDITS = {
    "comment": ("lossland/methods/curve.py", "    ends = torch", "    # why\n    ends = torch", set()),
    "docstring": ("lossland/methods/curve.py", "are the two end networks", "are the networks at the ends", set()),
    "method": ("lossland/methods/curve.py", "list(range(1, bends - 1))", "[*range(1, bends - 1)]", below()),
    "figure": ("lossland/figures/garipov2018_fig2.py", '"Bezier"', '"Bézier"', {"figure/garipov2018_fig2"}),
    "claims": ("lossland/claims/garipov2018.py", "above=5", "above=6", {"claim/garipov2018"}),
    "published numbers": (
        "lossland/published/published.csv",
        "garipov2018,Table 1,VGG-16,CIFAR-100,Ind,1B,test_error_percent,27.4",
        "garipov2018,Table 1,VGG-16,CIFAR-100,Ind,1B,test_error_percent,27.5",
        below("figure", "claim"),
    ),
    "probe": ("lossland/probes/shape.py", "v.mean()", "v.mean() + 0", {f"table/{p[:-5]}_shape" for p in PATHS} | {"figure/garipov2018_table2", "claim/garipov2018"}),
    "other model": ("lossland/models/vgg.py", "16: (2", "17: (2", set()),
    "key order": ("tests/toy.yaml", "method: curve, sources: [net/1, net/2], seed: 1", "seed: 1, sources: [net/1, net/2], method: curve", set()),
    "option": ("tests/toy.yaml", "subspace: plane, resolution: 5", "subspace: plane, resolution: 7", {"table/surface"}),
    "word for the reader": ("tests/toy.yaml", "    model: mlp", "    cite: somebody\n    model: mlp", set()),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_reruns_what_depends_on_it(editable, name):
    file, old, new, reruns = EDITS[name]
    edit(editable / file, old, new)
    assert planned(editable) == reruns


def test_an_edit_of_the_engine_reruns_all_but_the_data(editable):
    edit(editable / "lossland/landscape/train.py", "CHECK_EVERY = 50", "CHECK_EVERY = 49")
    made = planned(editable)
    assert "data/spirals" not in made
    assert {"network/net/1", "network/net/3"} | below() <= made


def test_a_touch_of_every_file_reruns_nothing(editable):
    for file in [*editable.glob("lossland/**/*.py"), *editable.glob("workflow_scripts/*.py"), *editable.glob("rules/*")]:
        file.touch()
    assert planned(editable) == set()


def test_one_more_seed_trains_one_more_network(editable):
    edit(editable / "tests/toy.yaml", "seeds: [1, 2, 3]", "seeds: [1, 2, 3, 4]")
    edit(
        editable / "tests/toy.yaml",
        "plane: {method: plane, sources: [net]}",
        "plane: {method: plane, sources: [net/1, net/2, net/4]}",
    )
    assert planned(editable) == {"network/net/4", "subspace/plane", "table/surface"}


def test_a_method_is_one_file_and_one_stanza(editable):
    (editable / "lossland/methods/midpoint.py").write_text(
        '"""The point half way between two networks, as a set of one (for a test)."""\n'
        "from lossland.geometry.charts.points import Points\n"
        "from lossland.landscape.subspace import Subspace\n"
        "from lossland.options import Fraction\n\n\n"
        "def build(problem, sources, *, at: Fraction = 0.5) -> Subspace:\n"
        "    return Subspace((1 - at) * sources[0].end[None] + at * sources[1].end[None], Points(1))\n"
    )
    edit(
        editable / "tests/toy.yaml",
        "subspace:\n",
        "subspace:\n  middle: {method: midpoint, at: 0.25, sources: [net/1, net/2]}\n",
    )
    edit(editable / "tests/toy.yaml", "table:\n", "table:\n  middle: {probe: landscape, subspace: middle}\n")
    assert planned(editable) == {"subspace/middle", "table/middle"}
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert len(pd.read_parquet(editable / "results/toy/table/middle.parquet")) == 2 * 3


def test_a_table_measured_in_shards_is_the_table_of_one_job(editable):
    surface = editable / "results/toy/table/surface.parquet"
    whole = pq.read_table(surface)
    edit(editable / "tests/toy.yaml", "subspace: plane, resolution: 5", "subspace: plane, resolution: 5, shards: 3")
    assert planned(editable) == {"table/surface", *(f"table/surface/shard{i}of3" for i in (1, 2, 3))}
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    joined = pq.read_table(surface)
    assert joined.schema.metadata != whole.schema.metadata, "it was not made again"
    assert joined.replace_schema_metadata().equals(whole.replace_schema_metadata())
    assert len(pq.read_table(editable / "results/toy/table/surface/shard2of3.parquet")) < len(whole) / 2


def test_other_pictures_are_other_data(editable):
    for split, label in (("train", "a"), ("train", "b"), ("test", "a"), ("test", "b")):
        folder = editable / "data" / "mine" / split / label
        folder.mkdir(parents=True)
        for i in range(4):
            Image.new("RGB", (8, 8), (60 * i, 0, 200 * (label == "a"))).save(folder / f"{i}.png")
    edit(editable / "tests/toy.yaml", "data:\n", "data:\n  mine: {source: image_folder, folder: mine, size: 8}\n")
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert planned(editable) == set()
    Image.new("RGB", (20, 8), (1, 2, 3)).save(editable / "data/mine/train/a/9.png")
    assert planned(editable) == {"data/mine"}


def test_a_model_of_ones_own(editable):
    (editable / "mine.py").write_text(
        "from torch import nn\n\n\ndef network(shape, classes, width=3):\n"
        "    return nn.Sequential(nn.Linear(shape[0], width), nn.Tanh(), nn.Linear(width, classes))\n"
    )
    stanza = "  own: {data: spirals, model: import_path, target: 'mine:network', arguments: {width: 4}, method: sgd, seeds: [1], recipe: {epochs: 1, lr: 0.1}}\n"
    edit(editable / "tests/toy.yaml", "network:\n", "network:\n" + stanza)
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert store.load_subspace(editable / "results/toy/network/own/1.safetensors").anchors.shape == (1, 2 * 4 + 4 + 4 * 2 + 2)
    edit(editable / "mine.py", "Tanh", "ReLU")
    assert planned(editable) == {"network/own/1"}
