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
    for line in asked:
        script, *arguments = json.loads(line)
        _call(os.path.basename(script))
        try:
            code_digest.forget_edited()
            job = runpy.run_path(script)["main"](arguments)
            status = 0
        except SystemExit as end:
            job, status = None, end.code
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, signal.SIG_DFL)
        _tidy()
        print(status, file=answers, flush=True)
        if not job or job.stopping:
            break


def _call(name):
    """The name of this process in a list of processes is that of the script at work."""
    with suppress(OSError), open("/proc/self/comm", "w") as own:
        own.write(name)


def _tidy():
    """Leave nothing to the next job: no figures, no settings of drawings, no state of the global generator."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
    if torch := sys.modules.get("torch"):
        torch.set_rng_state(torch.Generator().get_state())
