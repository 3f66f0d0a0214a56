"""A process that does one job after another, each as it would be in a process that has just begun: both ends of its pipes.

Code of the user's own, and what runs on a GPU, may leave anything behind. A worker for such jobs does none itself: each is a
fork of it, which has imported torch and pandas and no file of the project but the machinery's, so a job need not wait for them.
"""

import ctypes
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import import_module

from lossland.workflow import code_digest
from lossland.workflow.plugins import PROJECT

SCRIPT = PROJECT / "workflow_scripts/worker.py"
MOST = 300  # jobs of one process: what libraries keep of each goes with it
FORKS = sys.platform == "linux"  # elsewhere a fork may not use its libraries
# nothing of ours: it may be edited
LIBRARIES = ("torch", "pandas", "pyarrow.parquet", "scipy.stats", "matplotlib.pyplot", "pydantic.type_adapter")
STOPS = (signal.SIGTERM, signal.SIGINT)


def serve():
    """Read the arguments of a job, a script and its own, as a line of JSON, and whether it is to be a fork; do it; write its
    status, or if it was killed, that; until the input ends. It does not outlive the process that feeds it."""
    asked, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")  # a fork's sys.stdin is another
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a job prints is not an answer
    _die_with_parent()
    _end_when_told()
    for line in asked:
        fork, arguments = json.loads(line)
        print(_in_a_fork(arguments) if fork else _do(arguments), file=answers, flush=True)


def _do(arguments) -> int:
    script, *arguments = arguments
    with suppress(OSError), open("/proc/self/comm", "w") as own:  # its name in a list of processes
        own.write(os.path.basename(script))
    try:
        code_digest.forget_edited()
        runpy.run_path(script)["main"](arguments)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):  # as Python ends by itself
            print(end.code, file=sys.stderr)
    _end_when_told()
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
    return status


def _in_a_fork(arguments) -> int | str:
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()  # what is never collected is never copied
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until both know what to do
    passed: list[int] = []

    def pass_on(number, _):
        passed.append(number)
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(job, number)

    job = os.fork()
    if job == 0:
        _die_with_parent()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        sys.exit(_do(arguments))
    for stop in STOPS:
        signal.signal(stop, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    _, status, usage = os.wait4(job, 0)
    _end_when_told()
    status = os.waitstatus_to_exitcode(status)
    return status if status >= 0 else _killed(-status, usage, asked=-status in passed)


def _killed(number, usage, asked=False) -> str:
    likely = ", most likely because memory ran out" if number == signal.SIGKILL and not asked else ""
    return f"it was killed by {signal.Signals(number).name}{likely}; it had used {usage.ru_maxrss // 1024} MB"


def _die_with_parent():
    if FORKS:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _end_when_told():
    """Between two jobs there is nothing to save."""
    for stop in STOPS:
        signal.signal(stop, signal.SIG_DFL)


class Worker:
    """A process that does one job after another, as whoever feeds it sees it."""

    def __init__(self, task):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, SCRIPT], env=os.environ | task.environment, **pipes)
        self.place, self.done = task.place, 0

    def do(self, task) -> str:
        """The exit status of the job, or if a process died at it, a sentence that says so, which the job cannot."""
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps([task.own and FORKS, task.arguments]) + "\n")
            self.process.stdin.flush()
        self.done += 1
        if answer := self.process.stdout.readline().strip():
            return answer
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = status = os.waitstatus_to_exitcode(status)
        return _killed(-status, usage) if status < 0 else f"its process ended with status {status}"

    def fits(self, task):
        return task.place == self.place and self.done < MOST and self.process.poll() is None

    def end(self):
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
