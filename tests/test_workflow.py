"""The real workflow on the toy config: what it makes, what an edit reruns, what is added with one file and one stanza."""

import json

import pandas as pd
import pyarrow.parquet as pq
import yaml
from conftest import TOY, edit, planned, snakemake
from PIL import Image

from lossland.workflow import store

PAGE = "report/index"


def test_the_toy_run_makes_everything_and_says_so(finished):
    output = (finished / "output.txt").read_text()
    results = finished / "results" / "toy"
    for name in (
        "figure/garipov2018_fig2.png",
        "figure/garipov2018_fig2.svg",
        "figure/garipov2018_table2.csv",
        "claim/garipov2018_curves.csv",
    ):
        assert (results / name).stat().st_size > 100
    assert "results/toy/report/index.html" in output.partition("There is now:")[2]
    table = pd.read_parquet(results / "table" / "bezier_path.parquet")
    assert len(table) == 2 * 11 * 3
    assert {"subspace", "run", "split", "quantity", "value", "arc"} <= set(table.columns)
    provenance = yaml.safe_load(pq.read_schema(results / "table" / "bezier_path.parquet").metadata[b"provenance"])
    assert provenance["spec"]["probe"]["landscape"]["resolution"] == 11
    assert provenance["versions"]["torch"]
    network = store.load_subspace(results / "network" / "net" / "1.safetensors")
    assert network.notes["epoch"].tolist() == [0, 4, 8]
    assert yaml.safe_load((results / "resolved.yaml").read_text())["network"]["net/1"]["method"]["sgd"]["seed"] == 1
    assert (results / "log" / "network" / "net" / "1.log").read_text().count("epoch") == 8
    took = json.loads((results / "log" / "network" / "net" / "1.json").read_text())
    assert took["seconds"] > 0
    assert took["memory_mb"] > 100
    assert not took["rest"]
    assert not list(results.rglob(".*"))


def test_target_of_a_paper(editable):
    edit(editable / "tests/toy.yaml", "figure:\n", "figure:\n  aside: {draw: surface, surface: surface}\n")
    status, output = snakemake(editable, "garipov2018", "-n", "--forceall", *TOY)
    assert status == 0
    assert "garipov2018_fig2" in output
    assert "aside" not in output


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


def test_one_job_measures_a_list_as_jobs_of_their_own_do(editable):
    """The tables of two paths, and of two tables of paths, that were made one by one."""
    both = "table:\n  both: {probe: landscape, subspace: [segment, Bezier], resolution: 11}\n  shapes: {probe: shape, table: [both]}\n"
    edit(editable / "tests/toy.yaml", "table:\n", both)
    status, output = snakemake(editable, "results/toy/table/shapes.parquet", *TOY)
    assert status == 0, output
    for joined, parts in (("both", ("bezier_path", "segment_path")), ("shapes", ("bezier_shape", "segment_shape"))):
        read = [pd.read_parquet(editable / f"results/toy/table/{name}.parquet") for name in (joined, *parts)]
        pd.testing.assert_frame_equal(read[0], pd.concat(read[1:], ignore_index=True))


def test_a_table_measured_in_shards_is_the_table_of_one_job(editable):
    surface = editable / "results/toy/table/surface.parquet"
    whole = pq.read_table(surface)
    edit(editable / "tests/toy.yaml", "subspace: plane, resolution: 5", "subspace: plane, resolution: 5, shards: 3")
    assert planned(editable) == {"table/surface", "figure/surface", PAGE, *(f"table/surface/shard{i}of3" for i in (1, 2, 3))}
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
