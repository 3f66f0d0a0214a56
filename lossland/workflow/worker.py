"""What a worker does: jobs, each as it would be in a process that has just begun."""

import json
import os
import runpy
import signal
import sys
from contextlib import suppress

from lossland.workflow import code_digest


def serve():
    """Read the arguments of a job, a script and its own, as a line of JSON; do it; write its status; until the input ends."""
    asked, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")  # a fork's sys.stdin is another
    os.dup2(2, 1)  # what a job prints is no answer
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
