"""A process that does one job after another, each as it would be in a process that has just begun: both ends of its pipes."""

import json
import os
import runpy
import shlex
import signal
import subprocess
import sys
from contextlib import suppress

from lossland.workflow import code_digest
from lossland.workflow.plugins import PROJECT

SCRIPT = PROJECT / "workflow_scripts/worker.py"
MOST = 100  # jobs of one process: what libraries keep of each goes with it


def serve():
    """Read the arguments of a job, a script and its own, as a line of JSON; do it; write its status; until the input ends."""
    asked, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")  # a fork's sys.stdin is another
    os.dup2(2, 1)  # what a job prints is not an answer
    _end_when_told()
    for line in asked:
        script, *arguments = json.loads(line)
        _call(os.path.basename(script))
        try:
            code_digest.forget_edited()
            runpy.run_path(script)["main"](arguments)
            status = 0
        except SystemExit as end:
            status = end.code or 0
            if not isinstance(status, int):  # as Python ends by itself
                print(status, file=sys.stderr)
                status = 1
        _end_when_told()
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")
        print(status, file=answers, flush=True)


def _end_when_told():
    """Between two jobs there is nothing to save."""
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_DFL)


def _call(name):
    """The name of this process in a list of processes is that of the script at work."""
    with suppress(OSError), open("/proc/self/comm", "w") as own:
        own.write(name)


class Worker:
    """A process that does one job after another, as whoever feeds it sees it."""

    def __init__(self, task, started):
        command = [*shlex.split(started.removeprefix("exec ")), str(SCRIPT)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, *command[1:]], env=os.environ | task.environment, **pipes)
        self.place, self.done = task.place, 0

    def do(self, task) -> str:
        """The exit status of the job, or if the process died at it, a sentence that says so, which the job cannot."""
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(task.arguments) + "\n")
            self.process.stdin.flush()
        self.done += 1
        answer = self.process.stdout.readline().strip()
        if answer.isdecimal():
            return answer
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        status = self.process.wait()
        return answer or f"its process ended with status {status}"

    def fits(self, task):
        return task.place == self.place and self.done < MOST and self.process.poll() is None

    def end(self):
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
