"""A result is up to date if its own record agrees with the plan: not because of Snakemake's memory, nor of a file's time."""

import json
import os
import random
import re
import shutil
from pathlib import Path

import pytest
from conftest import TOY, edit, planned, run, snakemake

from lossland.workflow import files, store

FIG2 = "garipov2018_fig2"
NETWORK = "results/toy/network/net/1.safetensors"
CURVE = ("lossland/methods/curve.py", "stack([s.end for s in sources])", "stack([*(s.end for s in sources)])")
AHEAD = 4_000_000_000  # seconds since 1970: in the year 2096


def why(project):
    """The jobs of which `make why` says that they would run."""
    lines = run(project, "lossland", "why", "--configfile", "tests/toy.yaml").stdout.splitlines()
    assert lines[-1].endswith("jobs would run")
    return {line.partition(":")[0].replace(" ", "/", 1) for line in lines[:-1]}


def made(project):
    return {path: path.read_bytes() for path in (project / "results").rglob("*") if path.is_file()}


@pytest.fixture
def copied(editable):
    """Results in another clone, in which Snakemake knows nothing of them, and the times of files are as they happen to be."""
    shutil.rmtree(editable / ".snakemake")
    rng = random.Random(0)
    for path in made(editable):
        moment = rng.choice([0, 10**9, AHEAD])
        os.utime(path, (moment, moment))
    return editable


def test_what_agrees_with_its_record_is_kept(copied):
    before = made(copied)
    assert planned(copied) == set() == why(copied)
    status, output = snakemake(copied, *TOY)
    assert (status, "Nothing to be done" in output) == (0, True)
    assert made(copied) == before


@pytest.mark.parametrize("change", [("tests/toy.yaml", "n: 64, noise: 0.3", "n: 64, noise: 0.2"), CURVE])
def test_what_its_record_contradicts_is_made_again(copied, change):
    edit(copied / change[0], *change[1:])
    due = planned(copied)
    assert due == why(copied) >= {"subspace/Bezier", "table/bezier_path", "figure/garipov2018_fig2"}
    before = made(copied)
    status, output = snakemake(copied, *TOY)
    assert status == 0, output
    again = {
        path for path, content in before.items() if path.suffix in (".safetensors", ".parquet") and path.read_bytes() != content
    }
    names = {str(path.relative_to(copied / "results/toy").with_suffix("")) for path in again}
    assert names == {name for name in due if not name.startswith(("figure", "report"))}
    assert planned(copied) == set() == why(copied)


def test_results_that_agree_are_kept_where_snakemake_remembers_others(editable, finished):
    """Another config was run here, then the results of the first were copied back."""
    edit(editable / "tests/toy.yaml", "epochs: 8", "epochs: 9")
    assert snakemake(editable, "results/toy/table/segment_shape.parquet", *TOY)[0] == 0
    edit(editable / "tests/toy.yaml", "epochs: 9", "epochs: 8")
    assert "table/segment_shape" in planned(editable)
    shutil.copytree(finished / "results", editable / "results", dirs_exist_ok=True)
    assert planned(editable) == set() == why(editable)


def test_what_is_made_from_a_network_that_was_made_again_elsewhere_is_made_again(editable):
    """Of the same config and code, under another version of torch."""
    record = files.provenance(editable / NETWORK)
    record["versions"]["torch"] = "1.0"
    store.save_subspace(editable / NETWORK, store.load_subspace(editable / NETWORK), json.dumps(record))
    assert planned(editable) == why(editable) >= {"subspace/Bezier", "table/segment_path", "table/surface"}
    assert not {"network/net/1", "network/net/2", "data/spirals"} & planned(editable)


def test_removed_networks_are_not_missed_by_what_agrees_and_are_by_what_does_not(editable):
    shutil.rmtree(editable / "results/toy/network")
    assert planned(editable, FIG2) == set()
    edit(editable / "tests/toy.yaml", "epochs: 8, lr: 0.1", "epochs: 8, lr: 0.2")
    assert planned(editable, FIG2) >= {"network/net/1", "table/segment_path", "figure/garipov2018_fig2"}


def test_nothing_is_deleted_for_a_clock_that_was_set_back(editable):
    for path in (editable / "results/toy").rglob("*.safetensors"):
        os.utime(path, (AHEAD, AHEAD))
    edit(editable / CURVE[0], *CURVE[1:])
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert planned(editable) == set()


def test_half_a_file_is_made_again(editable):
    table = editable / "results/toy/table/segment_path.parquet"
    table.write_bytes(table.read_bytes()[:-100])
    assert planned(editable) == why(editable) >= {"table/segment_path", "table/segment_shape", "figure/garipov2018_fig2"}
    assert "network/net/1" not in planned(editable)


def test_the_name_of_the_results_may_be_written_otherwise(editable):
    edit(editable / "tests/toy.yaml", "results: results/toy", "results: ./results//toy/")
    assert planned(editable) == set()
    edit(editable / "tests/toy.yaml", "resolution: 5}", "resolution: 6}")
    assert planned(editable) == {"table/surface", "figure/surface", "report/index"}


def test_a_job_of_another_config_leaves_no_result_that_looks_right(editable):
    """The line of a log, pasted after the network that it names was trained otherwise: its record says so."""
    edit(editable / "tests/toy.yaml", "epochs: 8", "epochs: 9")
    assert snakemake(editable, NETWORK, *TOY)[0] == 0
    table = Path("results/toy/subspace/Bezier.safetensors")
    spec = json.dumps(files.provenance(editable / table)["spec"])
    sources = [f"results/toy/network/net/{i}.safetensors" for i in (1, 2)]
    data = "results/toy/data/spirals.safetensors"
    (editable / table).unlink()
    done = run(
        editable, "workflow_scripts/subspace.py", "--spec", spec, "--data", data, "--inputs", *sources, "--out", str(table)
    )
    assert done.returncode == 0, done.stderr
    edit(editable / "tests/toy.yaml", "epochs: 9", "epochs: 8")
    assert "subspace/Bezier" in planned(editable)
    edit(editable / "tests/toy.yaml", "epochs: 8", "epochs: 9")
    assert "subspace/Bezier" in planned(editable), "net/2 was trained for eight epochs"


def test_an_experiment_takes_over_what_another_one_had_asked_for(project):
    """The one that stands first gives what both share its name; without it, or behind the other, nothing is trained again."""
    config = (project / "tests/experiments.yaml").read_text().partition("experiments:\n")[0] + "experiments:\n"
    lines = [f"  garipov2018/{name}: {{network: net, pairs: 1, resolution: 3}}\n" for name in ("curves", "released")]
    mine = project / "mine.yaml"
    mine.write_text(config + lines[0] + lines[1])
    command = ["--cores", "2", "--configfile", "mine.yaml"]
    status, output = snakemake(project, *command)
    assert status == 0, output
    for others in (lines[1] + lines[0], lines[1]):
        mine.write_text(config + others)
        assert re.search(r"Would run 1 jobs?: 1 report", snakemake(project, "-n", *command)[1]), "the page has another order"
        assert snakemake(project, *command)[0] == 0
    mine.write_text(config + lines[1].replace("resolution: 3", "resolution: 4"))
    status, output = snakemake(project, *command)
    assert status == 0, output
    assert (project / "results/experiments/subspace/garipov2018/released/Bezier/1.safetensors").exists()
    assert "network net" not in output
