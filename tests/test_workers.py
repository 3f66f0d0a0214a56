"""A result stays a job of its own, though one process makes many: its bytes, its failure, its death, and what reruns."""

import json
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from conftest import ROOT, TOY, artefacts, copy_project, edit, planned, snakemake

from lossland.workflow import configfile, workers
from lossland.workflow.code_digest import code_of

STARTED = "exec python "
LONG = 300  # seconds, on a machine with much else to do


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


def _asked(folder, number, text, fork=False):
    """The line that asks a worker for the job of a script of its own, given its `main`."""
    path = folder / f"script{number}.py"
    path.write_text(f"import os, signal, sys, time\n\n\ndef main(arguments):\n    {text}\n")
    return json.dumps([fork, [str(path), "given"]]) + "\n"


def _started(folder=ROOT):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "workflow_scripts/worker.py"], cwd=folder, **pipes)


def _fed(folder, *scripts, fork=False):
    """What a worker answers to scripts, as text, and what it says."""
    lines = "".join(_asked(folder, number, text, fork) for number, text in enumerate(scripts))
    answers, said = _started().communicate(lines, timeout=LONG)
    return answers.splitlines(), said


@pytest.mark.parametrize("fork", [False, True])
def test_a_job_finds_a_process_as_one_that_has_just_begun(fork, tmp_path):
    draw = "from matplotlib import pyplot; print(pyplot.get_fignums(), arguments, sys.stdin.read())"
    answers, said = _fed(tmp_path, f"{draw}; pyplot.figure()", draw, fork=fork)
    assert answers == ["0", "0"]
    first, second = said.splitlines()
    assert first == second
    assert first.endswith("[] ['given'] ")


def test_of_what_a_fork_leaves_behind_the_next_sees_nothing(tmp_path):
    leave = "import json, torch; print(torch.get_num_threads(), hasattr(json, 'mine'), os.environ.get('MINE'), os.getpid()); "
    leave += "json.mine = 1; os.environ['MINE'] = '1'; torch.set_num_threads(2); print(torch.randn(64, 64).mm(torch.ones(64, 64)).sum())"
    answers, said = _fed(tmp_path, leave, leave, fork=True)
    assert answers == ["0", "0"]
    words = [line.split() for line in said.splitlines()[::2]]
    assert words[0][:3] == words[1][:3]
    assert words[0][1:3] == ["False", "None"]
    assert words[0][3] != words[1][3]


@pytest.mark.parametrize("fork", [False, True])
def test_a_job_may_end_itself_as_any_process_may(fork, tmp_path):
    answers, said = _fed(tmp_path, "sys.exit()", "sys.exit('why')", "sys.exit(143)", fork=fork)
    assert (answers, said) == (["0", "1", "143"], "why\n")


def test_a_fork_that_dies_takes_nobody_with_it(tmp_path):
    answers, said = _fed(tmp_path, "os.kill(os.getpid(), 9)", "1 / 0", "print('goes on')", fork=True)
    assert re.fullmatch(r"it was killed by SIGKILL, most likely because memory ran out; it had used \d+ MB", answers[0])
    assert answers[1:] == ["1", "0"]
    assert "ZeroDivisionError" in said
    assert said.endswith("goes on\n")


@pytest.mark.parametrize("fork", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_job_and_the_worker_goes_on(fork, number, tmp_path):
    worker = _started()
    handle = f"signal.signal({number:d}, lambda *_: sys.exit(7)); print(os.getpid(), file=sys.stderr, flush=True); time.sleep({LONG})"
    for _ in range(2):
        worker.stdin.write(_asked(tmp_path, 0, handle, fork))
        worker.stdin.flush()
        assert (int(worker.stderr.readline()) == worker.pid) != fork
        worker.send_signal(number)
        assert worker.stdout.readline() == "7\n"
    assert worker.communicate(timeout=LONG) == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not tell")
@pytest.mark.parametrize("fork", [False, True])
def test_a_job_does_not_outlive_who_asked_for_it(fork, tmp_path):
    asked = _asked(tmp_path, 0, f"print(os.getpid(), file=sys.stderr, flush=True); time.sleep({LONG})", fork)
    feeder = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys, time; p = subprocess.Popen([sys.executable, 'workflow_scripts/worker.py'],"
         f" stdin=-1, text=True); p.stdin.write({asked!r}); p.stdin.flush(); time.sleep({LONG})"],
        cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    job = psutil.Process(int(feeder.stderr.readline()))
    feeder.kill()
    with suppress(psutil.NoSuchProcess):
        job.wait(LONG)
    assert feeder.stderr.read() == "", "nobody is left who could write"


def test_code_that_is_edited_between_two_jobs_is_seen(tmp_path):
    project = copy_project(tmp_path)
    plan = configfile.planned([project / "tests/toy.yaml"])
    data = plan["data"]["spirals"]
    arguments = ["--spec", data.canonical, "--code", data.code, "--out"]
    worker = _started(project)
    asked = json.dumps([False, ["workflow_scripts/data.py", *arguments, "NAME.safetensors"]])
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
    assert _task(own).own, "of code of the user's own nothing is known"
    assert _task(own).place != _task(plain).place
    assert not _task(plain, gpu=1).own, "there is none"
    monkeypatch.setattr(workers, "devices", lambda: ["0"])
    assert _task(plain, gpu=1).own
    monkeypatch.setattr(workers, "FORKS", False)
    assert _task(own).place != _task(own).place, "without forks each has a worker"
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
