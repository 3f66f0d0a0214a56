"""What a run says: a panel on a terminal, a few lines elsewhere, each failure once; all of Snakemake's words in its log file."""

import os
import pty
import re
import signal
import sys
import termios
import time
from types import SimpleNamespace

import pytest
from conftest import ROOT, TOY, edit, snakemake

from lossland.workflow import progress as progress_of
from lossland.workflow.progress import Progress, duration

ERASE = re.compile(r"\x1b\[(\d+)F\x1b\[J")


def test_where_there_is_no_terminal_a_run_is_a_few_lines(finished):
    lines = (finished / "output.txt").read_text().splitlines()
    assert "22 jobs: 1 data, 3 network, 2 subspace, 10 table, 3 figure, 1 claim, 1 verdict, 1 report; all that" in "\n".join(
        lines
    )
    assert len([line for line in lines if re.fullmatch(r"22 of 22 jobs done in \d+ (s|min)", line)]) == 1
    assert len(lines) < 15
    (log,) = {finished / line.partition("says is in ")[2] for line in lines if "says is in " in line}
    assert "rule sgd:" in log.read_text()


def test_a_dry_run_counts_jobs_by_rule_and_p_lists_them(project):
    said = snakemake(project, "-n", *TOY)[1].splitlines()
    assert "Would run 22 jobs: 1 data, 3 network, 2 subspace, 10 table, 3 figure, 1 claim, 1 verdict, 1 report." in said
    assert "table     4 landscape, 3 shape, 2 path_ensemble, trained" in said
    assert len(said) < 15
    assert "output: results/toy/network/net/3.safetensors" in snakemake(project, "-n", "-p", *TOY)[1]


def test_on_a_terminal_a_failure_is_told_once_with_its_log(editable):
    old = "Bezier: {method: curve, sources: [net/1, net/2], seed: 1, recipe: *recipe}"
    edit(editable / "tests/toy.yaml", old, old.replace("*recipe", "{epochs: 8, lr: 1.0e+9, batch_size: 16}"))
    status, said = _on_a_terminal(editable, [*TOY, "--forcerun", "curve"], NO_COLOR="1")
    assert status != 0
    assert re.search(r"subspace  ━*─* 1 of 2, 1 failed", said), said
    assert re.search(r"table     ━*─+ \d of 5", said)
    assert "\x1b[3" not in said.partition("all that Snakemake says")[2]
    left = _left_on_screen(said)
    sentence = r"subspace Bezier: the loss is not finite in epoch 1, .* \(results/toy/log/subspace/Bezier.log\)"
    assert len([line for line in left if re.fullmatch(sentence, line)]) == 1
    assert [line for line in left if re.match(r"4 of 12 jobs done in \d+ s, 1 failed, 7 not done", line)]
    assert "━" not in "".join(left)
    assert "Traceback" not in said
    assert len(left) < 24


def test_ctrl_c_ends_the_view_and_nothing_is_called_a_failure(editable):
    edit(editable / "tests/toy.yaml", "epochs: 8", "epochs: 100000")
    status, said = _on_a_terminal(editable, TOY, stop_at=r"network net/\d  epoch", NO_COLOR="1")
    assert status != 0
    left = "\n".join(_left_on_screen(said))
    assert "Terminating processes on user request" in left
    assert re.search(r"\n0 of \d+ jobs done in \d+ s, \d+ not done\n", left), left


SCRIPT = """
import os, sys
from lossland.workflow.screen import RED, Screen
screen = Screen(sys.stderr, len(sys.argv) == 1)
screen.draw([[("a line much longer than the terminal is wide", RED)], [("second", None)]])
os.system("echo from a job >&2")
for line in screen.heard():
    screen.print(line)
screen.draw([[("second", None)]])
print("unread", file=sys.stderr)
print(screen.close(), "after", file=sys.stderr)
"""


@pytest.mark.parametrize("colour", [True, False])
def test_the_panel_is_as_wide_as_the_terminal_and_leaves_nothing_behind(colour):
    said = _terminal([sys.executable, "-c", SCRIPT, *([] if colour else ["plain"])], ROOT, {}, columns=30)[1]
    assert ("\x1b[31m" in said) == colour
    assert "a line much longer than the t" in said
    assert "a line much longer than the te" not in said
    assert _left_on_screen(said) == ["from a job", "['unread'] after", ""]


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(progress_of.time, "monotonic", lambda: now.seconds)
    return now


@pytest.fixture
def three(tmp_path, clock):
    """Three trainings and a figure of theirs; log files under tmp_path."""
    names = ["network/net/1", "network/net/2", "network/net/3", "figure/both"]
    jobs = [_job(number, "sgd", f"{tmp_path}/log/{name}.log") for number, name in enumerate(names)]
    (tmp_path / "log/network/net").mkdir(parents=True)
    return Progress([*jobs, SimpleNamespace(jobid=9, log=[], rule=SimpleNamespace(name="all"))], tmp_path)


def _job(number, rule, log):
    return SimpleNamespace(jobid=number, log=[log], rule=SimpleNamespace(name=rule if "network" in log else "both"))


def test_time_left_is_what_jobs_like_them_took(three, clock):
    three.begin(0)
    clock.seconds = 300
    assert three.left == ""
    three.finish(0)
    assert three.left == "over 10 min left"  # two more trainings; how long a figure takes nobody knows
    three.begin(1)
    three.begin(2)
    clock.seconds = 400  # 500 s of work in 400: with 1.25 at a time, 400 s of work take 320
    assert three.left == "over 5 min left"
    three.begin(3)
    clock.seconds = 500
    three.finish(3)
    assert re.match("about ", three.left)
    three.jobs[1].log.write_text("epoch 1 of 8: loss 0.3, lr 0.1, 7200 s left\n")
    three.look()
    assert three.left == "about 2 h 0 min left"
    assert [duration(s) for s in (0.2, 59, 61, 7260)] == ["1 s", "59 s", "1 min", "2 h 1 min"]


def test_why_a_job_failed(three):
    log = three.jobs[0].log
    log.write_text("of an earlier run\n")
    os.utime(log, (1, 1))
    three.begin(0)
    assert three.fail(0).why(None, False) == "it ended without a word"
    assert three.fail(0).why(None, in_group=True) == ""
    log.write_text("epoch 7 of 8\n\n")
    assert three.fail(0).why("SLURM status is: 'OUT_OF_MEMORY'. ", True) == (
        "SLURM says OUT_OF_MEMORY; its last words: epoch 7 of 8"
    )
    three.begin(1)
    assert three.hear("network net/2: lower recipe.lr")
    assert not three.hear("UserWarning: of nobody")
    assert three.fail(1).why("SLURM status is: 'FAILED'", False) == "lower recipe.lr"
    three.begin(2)
    assert not three.ended(f"MissingOutputException of {three.jobs[2].log}")
    assert not three.ended("CalledProcessError of nobody")
    assert three.ended(f"CalledProcessError --log {three.jobs[2].log} returned non-zero exit status 137.")
    assert three.fail(2).why(None, False) == "it ended without a word"
    assert three.fail(9) is None


def _on_a_terminal(project, arguments, stop_at=None, **environment):
    command = [sys.executable, "-m", "snakemake", *arguments]
    return _terminal(command, project, {"PYTHONPATH": str(project)} | environment, stop_at=stop_at)


def _terminal(command, folder, environment, columns=160, stop_at=None):
    """Exit status and output of a command on a terminal, on which Ctrl-C is pressed once `stop_at` is there to be read."""
    environment = os.environ | {"TERM": "xterm"} | environment
    process, terminal = pty.fork()
    if process == 0:
        termios.tcsetwinsize(0, (24, columns))
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # which what a shell left in the background ignores
        os.chdir(folder)
        os.execve(command[0], command, environment)
    said, end = b"", time.monotonic() + 120
    while time.monotonic() < end:
        try:
            said += os.read(terminal, 1 << 16)
        except OSError:  # nobody has it any more
            break
        if stop_at and re.search(stop_at, said.decode(errors="ignore")):
            os.write(terminal, b"\x03")
            stop_at = None
    os.close(terminal)  # hangs up on who is late
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode().replace("\r\n", "\n")


def _left_on_screen(said):
    """The lines that are there in the end, of a terminal that is wide enough."""
    rows = [""]
    for part in re.split(r"(\x1b\[\d+F\x1b\[J|\n)", re.sub(r"\x1b\[\d*m", "", said)):
        if erased := ERASE.fullmatch(part):
            del rows[-1 - int(erased[1]) :]
            rows.append("")
        elif part == "\n":
            rows.append("")
        else:
            rows[-1] += part
    return rows
