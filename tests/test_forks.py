"""A job that is a fork is the job that it would be by itself: bytes, words, status, signals, and how it dies."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil
import pytest
from conftest import TOY, artefacts, copy_project, edit, snakemake

from lossland.workflow import forkserver as forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every job is a process of its own")
HOLDER = "import os, sys; from lossland.workflow import forkserver as forks; forks.start(); print(os.environ[forks.SOCKET], flush=True); sys.stdin.read()"
LONG = 300  # seconds, on a machine with much else to do
WHO = "Path('/proc/self/comm').read_text().strip()"


class Server:
    """The server of a process that stands for Snakemake."""

    def __init__(self, folder):
        self.folder, self.numbers = folder, count()
        environment = os.environ | {"PYTHONPATH": str(folder), "LOSSLAND_CHECKPOINT_SECONDS": "0.02"}
        self.holder = psutil.Popen(
            [sys.executable, "-c", HOLDER],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.socket = Path(self.holder.stdout.readline().strip())
        self.environment = environment | {forks.SOCKET: str(self.socket)} | dict.fromkeys(forks.THREADS, "1")
        (self.process,) = self.holder.children()
        _until(self.socket.exists)

    def job(self, *arguments, **environment):
        command = [sys.executable, "-P", "-S", "lossland/workflow/forkserver.py", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment | environment, **pipes)

    def script(self, text, *arguments, **environment):
        path = Path("workflow_scripts", str(next(self.numbers)), "written.py")  # one each: a fork may read it late
        (self.folder / path).parent.mkdir()
        (self.folder / path).write_text(f"import os, signal, sys, time\nfrom pathlib import Path\n{text}\n")
        return self.job(path, *arguments, **environment)

    def said(self, text, *arguments, **environment):
        out, err = (job := self.script(text, *arguments, **environment)).communicate(timeout=LONG)
        return job.returncode, out, err


def _until(condition):
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def serving(folder):
    server = Server(folder)
    try:
        yield server
    finally:
        with suppress(psutil.NoSuchProcess):
            server.holder.kill()
        server.holder.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(copy_project(tmp_path_factory.mktemp("served"))) as made:
        yield made


def test_the_workflow_makes_the_same_bytes_with_and_without(finished, editable):
    """A network, a plane of it, its surface, all figures and claims, made again by processes of their own."""
    edit(editable / "Snakefile", "forkserver.start()", "pass")
    for name in ("network/net/3.safetensors", "figure", "claim"):
        path = editable / "results/toy" / name
        path.unlink() if path.is_file() else shutil.rmtree(path)
    status, output = snakemake(editable, *TOY)
    assert status == 0, output
    assert (said := re.search(r"(\d+) of \1 jobs done", output)), output
    assert int(said[1]) == 9
    alone, forked = artefacts(editable / "results/toy"), artefacts(finished / "results/toy")
    assert alone.keys() == forked.keys()
    assert [name for name in alone if alone[name] != forked[name]] == []


def test_the_workers_of_a_run_are_forks_once_there_is_a_server(editable):
    """They begin when it is there, and the claims say what they are."""
    wait = f"while not os.path.exists(os.environ[{forks.SOCKET!r}]):\n            __import__('time').sleep(0.1)"
    edit(editable / "Snakefile", "forkserver.start()", f"forkserver.start()\n        {wait}")
    who = "    open('who', 'w').write(open('/proc/self/cmdline').read())\n"
    edit(editable / "workflow_scripts/claim.py", "def work(job):\n", f"def work(job):\n{who}")
    status, output = snakemake(editable, *TOY, "--forcerun", "results/toy/table/segment_shape.parquet")
    assert status == 0, output
    assert "forkserver.py" in (editable / "who").read_text()


def test_a_fork_looks_like_a_process_of_its_own(server):
    text = "print(sys.argv[1:], __name__, __file__, sys.path, os.getcwd(), os.environ['TMPDIR'], sys.stdin.read())"
    text += "\nimport tempfile; print(tempfile.gettempdir(), 'lossland' in sys.modules, signal.getsignal(signal.SIGCHLD))"
    arguments = ["--spec", '{"ä": "\\n"}', ""]
    status, out, err = server.said(text, *arguments, TMPDIR=str(server.folder))
    path = re.search(r"/[^ ]+written.py", out)[0]
    process = {"cwd": server.folder, "env": server.environment | {"TMPDIR": str(server.folder)}, "stdin": subprocess.DEVNULL}
    alone = subprocess.run([sys.executable, path, *arguments], **process, capture_output=True, text=True)
    assert (status, out, err) == (0, alone.stdout, "")
    assert server.said(f"print({WHO})")[1] == "written.py\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("sys.exit(3)", 3),
        ("sys.exit()", 0),
        ("1 / 0", 1),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 139),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137),
    ],
)
def test_the_command_ends_as_the_job_ends(server, text, status):
    found, out, err = server.said(f"print({WHO}, flush=True); {text}")
    assert (found, out) == (status, "written.py\n")
    assert ("ZeroDivisionError" in err) == (status == 1)


def test_a_mistake_is_the_same_sentence(server):
    arguments = ["--spec", '{"section": "data", "name": "d", "source": {"image_folder": {"folder": "none"}}, "inputs": {}}']
    job = server.job("workflow_scripts/data.py", *arguments, "--out", "d.safetensors")
    _, err = job.communicate(timeout=LONG)
    assert job.returncode == 1
    assert err.startswith("data d: there is no folder")
    assert err.count("\n") == 1


def test_an_edit_during_a_run_is_seen(server):
    text = f"from lossland.statistics import scores; print({WHO}, scores.__doc__.split()[-1])"
    assert server.said(text)[1].startswith("written.py")
    path = server.folder / "lossland/statistics/scores.py"
    path.write_text('"""edited"""')
    assert server.said(text)[1] == "written.py edited\n"
    (server.folder / "new.py").write_text("print('new')")
    assert server.said("import new")[1] == "new\n"


def test_other_threads_another_folder_or_no_server_is_a_process_of_its_own(server, tmp_path):
    assert server.said(f"print({WHO})", OMP_NUM_THREADS="2")[1].startswith("python")
    assert server.said(f"print({WHO})", MINE="2")[1].startswith("python")
    assert server.said(f"print({WHO})", **{forks.SOCKET: str(tmp_path / "none")})[1].startswith("python")
    (other := copy_project(tmp_path)).joinpath("script.py").write_text(f"from pathlib import Path; print({WHO})")
    command = [sys.executable, "-S", "-m", "lossland.workflow.forkserver", "script.py"]
    assert subprocess.run(command, cwd=other, env=server.environment, capture_output=True, text=True).stdout.startswith(
        "python"
    )


def _running(server, text="time.sleep(600)"):
    """(command, process of the job) of a script that has begun."""
    job = server.script(f"print(os.getpid(), flush=True); {text}")
    return job, psutil.Process(int(job.stdout.readline()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_are_passed_on(server, number):
    text = f"signal.signal({number:d}, lambda *_: sys.exit(7)); print('ready', flush=True); time.sleep(600)"
    job, _ = _running(server, text)
    job.stdout.readline()
    job.send_signal(number)
    assert job.wait(LONG) == 7


def test_who_kills_the_command_kills_the_job(server):
    job, process = _running(server)
    job.kill()
    assert process.wait(LONG) is None
    assert server.process.is_running()


def test_who_kills_the_job_ends_the_command(server):
    job, process = _running(server)
    process.kill()
    assert job.wait(LONG) == 137


def test_who_kills_the_keeper_ends_the_command(server):
    job, process = _running(server)
    process.parent().kill()
    assert job.wait(LONG) == 137
    process.kill()


def test_a_stopped_training_saves_itself_and_goes_on_to_the_same_bytes(finished, tmp_path):
    folder = shutil.copytree(finished, tmp_path / "project", symlinks=True)
    edit(folder / "tests/toy.yaml", "epochs: 8", "epochs: 300")
    output = snakemake(folder, "-n", "-p", "results/toy/network/net/2.safetensors", *TOY)[1]
    command = re.search(r"exec python (-P -S lossland/workflow/forkserver.py \./workflow_scripts/network.py .*)", output)[1]
    with serving(folder) as server:

        def job():
            return subprocess.Popen(f"exec {sys.executable} {command}", shell=True, cwd=folder, env=server.environment)

        out = folder / "results/toy/network/net/2.safetensors"
        assert job().wait() == 0
        whole = out.read_bytes()
        for number, status in ((signal.SIGTERM, 143), (signal.SIGKILL, -9)):
            out.unlink(missing_ok=True)
            while True:
                begun = job()
                _until(lambda: out.exists() or list(out.parent.glob(".2.unfinished/*/training-1/state.safetensors")))
                begun.send_signal(number)
                if begun.wait(LONG) != 0:
                    break
                out.unlink()  # it had come to its end before the signal
            assert begun.returncode == status
            assert not out.exists()
        server.holder.kill()
        _until(lambda: not server.socket.exists())
        assert job().wait() == 0, "the rest, as a process of its own"
        assert out.read_bytes() == whole


def test_the_server_ends_with_its_run_and_its_jobs_do_not(tmp_path):
    with serving(copy_project(tmp_path)) as server:
        job, process = _running(
            server, "[time.sleep(0.01) for _ in range(60000) if not Path('go').exists()]; print('done'); sys.exit(5)"
        )
        server.holder.kill()
        server.holder.wait()
        _until(lambda: not server.process.is_running())
        assert not server.socket.exists()
        assert process.is_running()
        (server.folder / "go").touch()
        assert job.communicate()[0] == "done\n"
        assert job.returncode == 5
        assert server.said(f"print({WHO})")[1].startswith("python")


def test_two_runs_do_not_meet(server, tmp_path):
    with serving(copy_project(tmp_path)) as other:
        assert other.socket != server.socket
        assert other.socket.parent.stat().st_mode & 0o77 == 0
        found = [s.said(f"print({WHO}, os.getcwd(), os.getppid())")[1].split()[:2] for s in (server, other)]
    assert found == [["written.py", str(s.folder)] for s in (server, other)]
    assert server.said(f"print({WHO})")[1] == "written.py\n"


def test_many_at_a_time_read_and_write_tables(server):
    text = "import pandas as pd, torch\npath = f'{sys.argv[1]}.parquet'\npd.DataFrame({'a': range(9999)}).to_parquet(path)\n"
    text += "x = torch.randn(64, 64, requires_grad=True); (x @ x).sum().backward()\nprint(pd.read_parquet(path)['a'].sum())"
    jobs = [server.script(text, i) for i in range(30)]
    assert {job.communicate(timeout=LONG)[0] for job in jobs} == {"49985001\n"}
