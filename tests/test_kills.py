"""The real workflow, killed again and again and started again as the README says, ends in the bytes of a quiet run."""

import os
import random
import shutil
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import preloaded
import psutil
import pytest
from conftest import SURROUNDINGS, TOY, artefacts, copy_project, edit, snakemake

KILLS = {"job": 7, "snakemake": 7, "everything": 6}
STAGES = ["data", "network", "subspace", "table", "figure", "claim", "verdict"]
SCRIPTS = [f"{stage}.py" for stage in STAGES]


@pytest.fixture(scope="session")
def quiet(tmp_path_factory):
    """The toy, its trainings and its surface long enough to be killed in the middle, made without disturbance."""
    folder = copy_project(tmp_path_factory.mktemp("quiet"))
    edit(folder / "tests/toy.yaml", "epochs: 8", "epochs: 300")
    edit(folder / "tests/toy.yaml", "resolution: 5", "resolution: 31")
    status, output = snakemake(folder, *TOY)
    assert status == 0, output
    return folder


def test_twenty_kills_change_no_byte(quiet, tmp_path):
    """Kills with -9 one job, or Snakemake alone (its jobs live on, beside those of the next run), or everything.

    Whenever all is made, the results of one stage are lost, so that the kills fall into all of them.
    """
    project = shutil.copytree(quiet, tmp_path / "project", symlinks=True)
    seed = int(os.environ.get("LOSSLAND_TEST_SEED", time.time_ns()))
    print("seed", seed)
    dice = random.Random(seed)
    run, harmed, hit = None, False, Counter()
    kinds, lost = dice.sample([*KILLS], counts=KILLS.values(), k=sum(KILLS.values())), []
    while kinds:
        if run is None or run.exitcode is not None:
            assert run is None or run.exitcode == 0 or harmed, (project / "output.txt").read_text()
            if run is None or run.exitcode == 0:
                lost = lost or dice.sample(STAGES, k=len(STAGES))
                shutil.rmtree(project / "results/toy" / lost.pop(), ignore_errors=True)  # an orphan may write into it
            run, harmed = _start(project), False
        kind, until = kinds[-1], time.monotonic() + dice.uniform(0.5, 4)
        while run.exitcode is None and time.monotonic() < until:
            time.sleep(0.01)
        jobs = _jobs(project)
        victims = {"job": jobs and [dice.choice(list(jobs))], "snakemake": [run], "everything": [run, *jobs]}[kind]
        if run.exitcode is None and victims:
            hit += Counter(f"{kind} during {stage}" for stage in jobs.values()) or Counter([f"{kind} between jobs"])
            for victim in victims:
                victim.kill()
            harmed = bool(kinds.pop())
            if run in victims:
                run.join()
    print(*sorted(hit.items()), sep="\n")
    while run.exitcode is None or _jobs(project):
        time.sleep(0.1)
    run = _start(project)
    run.join(300)
    assert run.exitcode == 0, (project / "output.txt").read_text()
    made, wanted = artefacts(project / "results/toy"), artefacts(quiet / "results/toy")
    assert made.keys() == wanted.keys()
    assert [name for name in made if made[name] != wanted[name]] == []
    assert not list((project / "results").rglob(".*"))
    status, output = snakemake(project, "-n", *TOY)
    assert status == 0
    assert "Nothing to be done" in output


def _start(project):
    """The workflow in the background, after the unlocking that a killed one needs."""
    status, output = snakemake(project, "--unlock", *TOY)
    assert status == 0, output
    (project / "output.txt").write_text("")
    environment = SURROUNDINGS | {"LOSSLAND_CHECKPOINT_SECONDS": "0.05"}
    return preloaded.start("snakemake", project, TOY, environment, *[project / "output.txt"] * 2)


def _jobs(project):
    """The running jobs and their commands, those of killed workflows too: process -> stage. A fork has the name of its script."""
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = [process.name(), *process.cmdline()[:5]]
            stage = [Path(word).stem for word in words if word.startswith("workflow_scripts/") or word in SCRIPTS]
            if stage and process.cwd() == str(project.resolve()):
                found[process] = stage[0]
    return found
