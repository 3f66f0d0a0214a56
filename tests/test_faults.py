"""The real workflow when it is stopped, run twice at once, given mistakes or broken files."""

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest
from conftest import TOY, edit, snakemake


def _command(project, epochs):
    """The shell command of one training, longer than the toy's, as the log would show it."""
    edit(project / "tests/toy.yaml", "epochs: 8", f"epochs: {epochs}")
    status, output = snakemake(project, "-n", "-p", "results/toy/network/net/2.safetensors", *TOY)
    assert status == 0, output
    return re.search(r"exec (python ./workflow_scripts/network.py .*)", output)[1].replace("python", sys.executable, 1)


def _start(command, project):
    environment = os.environ | {"PYTHONPATH": str(project), "LOSSLAND_CHECKPOINT_SECONDS": "0.02"}
    return subprocess.Popen("exec " + command, shell=True, cwd=project, env=environment, stderr=subprocess.PIPE, text=True)


def test_a_stopped_training_goes_on_to_the_same_bytes(editable):
    """Killed with -9, asked to stop with SIGTERM or Ctrl-C, at random moments of its training; then left to end."""
    command = _command(editable, 300)
    out = editable / "results/toy/network/net/2.safetensors"
    assert _start(command, editable).wait() == 0
    whole = out.read_bytes()
    out.unlink()
    seed = int(os.environ.get("LOSSLAND_TEST_SEED", time.time_ns()))
    print("seed", seed)
    moments = random.Random(seed)
    for stop in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        process = _start(command, editable)
        before = _saved(out)
        while _saved(out) == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.2))
        process.send_signal(stop)
        assert process.wait() in (-stop, 128 + stop, 128 + signal.SIGTERM)
        assert not out.exists()
        assert "Traceback" not in process.stderr.read()
    assert _start(command, editable).wait() == 0
    assert out.read_bytes() == whole
    first = re.search(r"epoch (\d+) of 300", (editable / "results/toy/log/network/net/2.log").read_text())
    assert int(first[1]) > 4, "the last run did not go on where the one before was"
    assert not list(out.parent.glob(".2.*"))


def _saved(out):
    return [f.stat().st_mtime_ns for f in out.parent.glob(".2.unfinished/*/training-1/state.safetensors")]


def test_a_twin_waits_and_finds_the_work_done(editable):
    command = _command(editable, 200)
    out = editable / "results/toy/network/net/2.safetensors"
    out.unlink()
    first = _start(command, editable)
    while not list(out.parent.glob(".2.unfinished/lock")) and first.poll() is None:
        time.sleep(0.01)
    second = _start(command, editable)
    assert [first.wait(), second.wait()] == [0, 0]
    said = (first.stderr.read() + second.stderr.read()).splitlines()
    assert [line for line in said if not re.fullmatch(r"network net/2: epoch \d+ of 200: .* s left", line)] == []
    assert not list(out.parent.glob(".2.*"))


def test_code_edited_after_planning_is_refused(editable):
    command = _command(editable, 9)
    edit(editable / "lossland/methods/sgd.py", "recipe, order, kept,", "recipe, order, list(kept),")
    done = subprocess.run(
        command, shell=True, cwd=editable, env=os.environ | {"PYTHONPATH": str(editable)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "edited after this run was planned" in done.stderr


BROKEN = {
    "parquet": (
        "data: {p: {source: parquet_images, folder: nowhere, train: 'a*.parquet', test: 'b*.parquet'}}",
        "broken.yaml:2: data.p: there is no folder data/nowhere; set data_root",
    ),
    "folder": (
        "data: {f: {source: image_folder, folder: nowhere}}",
        "broken.yaml:2: data.f: there is no folder data/nowhere",
    ),
    "diverging": (
        "data: {s: {source: spirals}}\nnetwork: {n: {data: s, model: mlp, method: sgd, seed: 1, recipe: {epochs: 3, lr: 1.0e+20}}}",
        "network n: the loss is not finite in epoch",
    ),
    "config": ("data: {s: {source: spiral}}", "broken.yaml:2: data.s.source is spiral"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_stops_with_its_sentence_and_leaves_nothing(project, name):
    text, sentence = BROKEN[name]
    (project / "broken.yaml").write_text(f"results: results/broken\n{text}\n")
    if name in ("parquet", "folder"):  # on the machine that plans, the data need not be there
        status, output = snakemake(project, "-n", "--configfile", "broken.yaml")
        assert status == 0
        assert f"a run would be refused: {sentence}" in output
    status, output = snakemake(project, "--cores", "1", "--configfile", "broken.yaml")
    assert status != 0
    assert sentence in output
    assert "Traceback" not in output
    made = [p for p in project.rglob("results/broken/**/*") if p.suffix in (".safetensors", ".parquet", ".png")]
    assert [p.stem for p in made] in ([], ["s"])


def test_a_truncated_source_is_named(editable):
    source = editable / "results/toy/network/net/3.safetensors"
    source.write_bytes(source.read_bytes()[:-100])
    status, output = snakemake(editable, *TOY, "--forcerun", "results/toy/table/surface.parquet")
    assert status != 0
    assert "\ntable surface: results/toy/network/net/3.safetensors is not a whole safetensors file" in output
    assert "Traceback" not in output
    assert not (editable / "results/toy/table/surface.parquet").exists()
