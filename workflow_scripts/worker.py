"""Do one job after another, as a run hands them over: a line with the arguments of each, answered by a line with its status."""

import this_checkout  # noqa: F401

from lossland.workflow import worker

if __name__ == "__main__":
    worker.serve()
