"""What surrounds a job: what its unfinished work is kept under, and when it stops."""

import json
import signal
from pathlib import Path

import pytest
import torch

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.workflow import run as jobs
from lossland.workflow import store
from lossland.workflow.provenance import MADE_BY, handed_down
from lossland.workflow.run import Run, run

PLANE = {"view": {"plane": {}}, "sources": [{"file": "network/b"}, {"file": "network/c"}]}
SPEC = {"section": "subspace", "name": "s", "method": {"line": {}}, "inputs": {"sources": [{"file": "network/a"}, PLANE]}}


def _job(folder, *options, spec=SPEC):
    inputs = ["--inputs", *(str(folder / f"{name}.safetensors") for name in "abc")]
    return Run(["--spec", json.dumps(spec), "--out", str(folder / "s.safetensors"), *inputs, *options])


@pytest.fixture
def folder(tmp_path):
    for name in "abc":
        _network(tmp_path / f"{name}.safetensors", name)
    return tmp_path


def _network(path, name, revision=None):
    own = dict.fromkeys(MADE_BY) | {"spec": {"section": "network", "name": name}, "plan": name, "revision": revision}
    store.save_subspace(path, Subspace(torch.randn(1, 3), Points(1)), json.dumps(handed_down(own, [])))


def test_unfinished_work_belongs_to_spec_inputs_threads_and_not_to_the_revision(folder):
    before = _job(folder).unfinished
    assert _job(folder).unfinished == before
    assert _job(folder, "--threads", "2").unfinished != before
    assert _job(folder, spec=SPEC | {"name": "t"}).unfinished != before
    _network(folder / "b.safetensors", "b", revision="a commit of prose")
    assert _job(folder).unfinished == before
    _network(folder / "b.safetensors", "another network")
    assert _job(folder).unfinished != before


def test_entries_find_their_files_those_of_views_too_and_the_provenance_is_json(folder):
    job = _job(folder)
    entries = [job.inputs["sources"][0], *PLANE["sources"]]
    assert [job.path(entry) for entry in entries] == [str(folder / f"{name}.safetensors") for name in "abc"]
    assert json.loads(job.provenance)["spec"] == SPEC
    assert len(json.loads(job.provenance)["inputs"]) == 3


def test_the_plan_follows_from_those_of_what_it_is_made_from_and_not_from_names(folder):
    plan = json.loads(_job(folder).provenance)["plan"]
    assert json.loads(_job(folder, spec=SPEC | {"name": "t"}).provenance)["plan"] == plan
    renamed = json.loads(json.dumps(SPEC).replace("network/b", "network/other"))
    assert json.loads(_job(folder, spec=renamed).provenance)["plan"] == plan
    _network(folder / "b.safetensors", "another network")
    assert json.loads(_job(folder).provenance)["plan"] != plan


def test_work_that_saves_itself_is_left_to_save_and_other_work_stops_at_once(folder):
    job = _job(folder)
    assert not job.asked_to_stop()
    job.stop(signal.SIGTERM, None)
    assert job.asked_to_stop()
    with pytest.raises(SystemExit):
        _job(folder).stop(signal.SIGTERM, None)


def test_code_that_is_not_the_planned_one_is_refused_in_the_log_too(folder):
    work = ["--spec", json.dumps(SPEC), "--out", str(folder / "s.safetensors"), "--inputs"]
    with pytest.raises(SystemExit):
        run(None, [*work, *(str(folder / f"{n}.safetensors") for n in "abc"), "--code", "0", "--log", str(folder / "job.log")])
    assert "edited after this run was planned" in (folder / "job.log").read_text()


def test_what_is_cleared_takes_nothing_from_a_twin_that_has_waited(tmp_path, monkeypatch):
    kept, unlink = tmp_path / ".net.unfinished", Path.unlink
    (kept / "key/part").mkdir(parents=True)
    (kept / "lock").touch()

    def begun(path, missing_ok=False):
        unlink(path, missing_ok)
        (kept / "key").mkdir()
        (kept / "key/state").touch()

    monkeypatch.setattr(Path, "unlink", begun)
    jobs._clear(kept)
    assert (kept / "key/state").exists()
    assert not (kept / "key/part").exists()
    monkeypatch.setattr(Path, "unlink", unlink)
    jobs._clear(kept)
    assert not kept.exists()
