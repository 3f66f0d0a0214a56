"""A result stays a job of its own, though one process makes many: its bytes, its failure, its death, and what reruns."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, TOY, artefacts, copy_project, edit, planned, snakemake

from lossland.workflow import configfile, workers
from lossland.workflow.code_digest import code_of

STARTED = "exec python "


def test_two_cores_are_two_processes_whatever_there_is_to_do(project):
    edit(
        project / "lossland/workflow/run.py",
        "    _listen(job)\n        with lease",
        "    _listen(job)\n        _who(job)\n        with lease",
    )
    with open(project / "lossland/workflow/run.py", "a") as file:
        file.write("\n\ndef _who(job):\n    with open('who', 'a') as file:\n        print(os.getpid(), job.title, file=file)\n")
    status, output = snakemake(project, *TOY)
    assert status == 0, output
    found = [line.split(" ", 1) for line in (project / "who").read_text().splitlines()]
    assert len({title for _, title in found}) == len(found) == 22
    assert len({process for process, _ in found}) <= 2
    assert "Nothing to be done" in snakemake(project, "-n", *TOY)[1]


def _failing(project, how):
    """The second network cannot be made, and the first two are made again."""
    edit(
        project / "workflow_scripts/network.py",
        "def work(job):\n",
        f"def work(job):\n    if job.options['seed'] == 2:\n        open('tries', 'a').write('.')\n        {how}\n",
    )
    for seed in (1, 2, 3):
        (project / f"results/toy/network/net/{seed}.safetensors").unlink()
    return snakemake(project, "--retries", "1", *TOY)


@pytest.mark.parametrize(
    ("how", "says", "tries"),
    [
        ("raise ValueError('no second one')", "network net/2: no second one", 1),
        ("raise OSError('no space left')", "network net/2: no space left", 2),
        (
            "import os; os.kill(os.getpid(), 9)",
            r"network net/2: it was killed by SIGKILL, most likely because memory ran out; it had used \d+ MB",
            2,
        ),
        ("import os; os._exit(0)", "network net/2: its process ended with status 0", 2),
    ],
)
def test_one_instance_fails_by_its_name_and_the_others_are_made(editable, how, says, tries):
    before = artefacts(editable / "results/toy/network")
    status, output = _failing(editable, how)
    assert status != 0
    assert len(re.findall(says, output)) >= 1, output
    assert (editable / "tries").read_text() == "." * tries  # what is sure to fail again is not tried again
    assert re.search(says.partition(": ")[2], (editable / "results/toy/log/network/net/2.log").read_text())
    made = {name: content for name, content in artefacts(editable / "results/toy/network").items() if "unfinished" not in name}
    assert made == {name: content for name, content in before.items() if name != "net/2.safetensors"}
    needed = planned(editable)
    assert "network/net/2" in needed
    assert not needed & {"network/net/1", "network/net/3", "data/spirals"}


def _fed(folder, *scripts):
    """What a worker answers to scripts, as text, and what it says; each has a `main`."""
    lines = []
    for number, text in enumerate(scripts):
        path = folder / f"script{number}.py"
        path.write_text(f"import os, sys\n\n\ndef main(arguments):\n    {text}\n")
        lines.append(json.dumps([str(path), "given"]) + "\n")
    command = [sys.executable, "workflow_scripts/worker.py"]
    done = subprocess.run(command, cwd=ROOT, input="".join(lines), capture_output=True, text=True, timeout=100)
    return done.stdout.split(), done.stderr


def test_a_job_finds_a_process_as_one_that_has_just_begun(tmp_path):
    draw = "from matplotlib import pyplot; print(pyplot.get_fignums(), arguments)"
    answers, said = _fed(tmp_path, f"{draw}; pyplot.figure()", draw)
    assert answers == ["0", "0"]
    first, second = said.splitlines()
    assert first == second
    assert first.endswith("[] ['given']")


def test_a_job_may_end_itself_as_any_process_may(tmp_path):
    answers, said = _fed(tmp_path, "sys.exit()", "sys.exit('why')", "sys.exit(143)")
    assert (answers, said) == (["0", "1", "143"], "why\n")


def test_code_that_is_edited_between_two_jobs_is_seen(tmp_path):
    project = copy_project(tmp_path)
    plan = configfile.planned([project / "tests/toy.yaml"])
    data = plan["data"]["spirals"]
    arguments = ["--spec", data.canonical, "--code", data.code, "--out"]
    command = [sys.executable, "workflow_scripts/worker.py"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    worker = subprocess.Popen(command, cwd=project, **pipes)
    asked = json.dumps(["workflow_scripts/data.py", *arguments, "NAME.safetensors"])
    for name, answer in (("first", "0\n"), ("second", "0\n")):
        worker.stdin.write(asked.replace("NAME", name) + "\n")
        worker.stdin.flush()
        assert worker.stdout.readline() == answer
    edit(project / "lossland/data/spirals.py", "def load(", "ADDED = 1\n\n\ndef load(")
    answers, said = worker.communicate(asked.replace("NAME", "third") + "\n", timeout=100)
    assert answers == "1\n"
    assert "the code was edited after this run was planned" in said
    assert (project / "first.safetensors").read_bytes() == (project / "second.safetensors").read_bytes()
    assert not (project / "third.safetensors").exists()


def _task(spec, threads=1, **resources):
    command = f"{STARTED}workflow_scripts/network.py --spec '{json.dumps(spec)}' --out a.safetensors"
    return workers.Task(
        SimpleNamespace(is_norun=False, shellcmd=command, threads=threads, resources=resources, scheduler_resources={}), STARTED
    )


def test_who_may_share_a_process(monkeypatch):
    plain, own = {"model": {"mlp": {}}, "data": {"digits": {}}}, {"model": {"mine:network": {}}, "data": {"digits": {}}}
    assert _task(plain).place == _task(plain | {"method": {"sgd": {"seed": 2}}}).place
    assert (
        _task(plain).alike
        == _task(plain | {"method": {"sgd": {"seed": 2}}}).alike
        != _task(plain | {"data": {"xor": {}}}).alike
    )
    assert _task(plain).place != _task(plain, threads=2).place
    assert _task(own).place != _task(own).place, "of code of the user's own nothing is known"
    assert _task(plain, gpu=1).place == _task(plain, gpu=1).place, "there is none"
    monkeypatch.setattr(workers, "devices", lambda: ["0"])
    assert _task(plain, gpu=1).place != _task(plain, gpu=1).place
    assert _task(plain).arguments[:2] == ["workflow_scripts/network.py", "--spec"]
    other = SimpleNamespace(is_norun=False, shellcmd="touch a", threads=1, resources={}, scheduler_resources={})
    assert workers.Task(other, STARTED).arguments is None


def test_what_is_drawn_by_us_has_our_style_in_whichever_process():
    """It is set when it is imported, once in a process."""
    for config in ("config.yaml", "tests/experiments.yaml"):
        plan = configfile.planned([ROOT / config])
        drawn = [job for job in plan["figure"].values() if job.plugin.returns == "Figure"]
        assert drawn
        assert [job.name for job in drawn if "lossland/plotting/style.py" not in code_of(job.spec)] == []


def test_snakemake_that_is_asked_to_end_begins_no_more_jobs(project):
    edit(project / "tests/toy.yaml", "seeds: [1, 2, 3]", "seeds: 9")
    edit(project / "tests/toy.yaml", "sources: [net]}", "sources: [net/1, net/2, net/3]}")
    edit(
        project / "workflow_scripts/network.py",
        "def work(job):\n",
        "def work(job):\n    import os, time\n    if os.path.exists('asked'):\n        sys.exit('begun')\n    os.kill(int(os.environ['MAIN']), 15)\n    open('asked', 'w').close()\n    time.sleep(1)\n",
    )
    edit(project / "workflow_scripts/network.py", "from functools", "import sys\nfrom functools")
    edit(project / "Snakefile", "import os\n", "import os\n\nos.environ['MAIN'] = str(os.getpid())\n")
    status, output = snakemake(project, *TOY, "--cores", "1")
    assert status != 0
    assert len(list(Path(project, "results/toy/network/net").glob("*.safetensors"))) == 1, output
    assert "begun" not in output
