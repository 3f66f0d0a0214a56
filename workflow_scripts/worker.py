"""Do one job after another, as a run hands them over: a line with the arguments of each, answered by a line with its status."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C before the first job: there is nothing to save

import this_checkout  # noqa: E402, F401

from lossland.workflow import worker  # noqa: E402

if __name__ == "__main__":
    worker.serve()
