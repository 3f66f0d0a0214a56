"""Snakemake as of the command line, as a fork of a process that has imported it: its imports take longer than a plan of the toy."""

import os
import sys
from multiprocessing import get_context

PYTHONPATH = os.environ.get("PYTHONPATH", "").split(os.pathsep)
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["snakemake.cli", "snakemake.dag"])


def snakemake(project, arguments, environment, output):
    """Exit status of `snakemake <arguments>` in a folder; what it says is written to the file `output`."""
    process = FORKS.Process(target=_main, args=(str(project), arguments, environment, str(output)))
    process.start()
    process.join(500)
    process.kill()
    process.join()
    return process.exitcode


def _main(project, arguments, environment, output):
    from snakemake.cli import main

    with open(output, "wb") as words:
        for stream in (1, 2):
            os.dup2(words.fileno(), stream)
    os.chdir(project)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [folder for folder in sys.path if folder not in PYTHONPATH]  # of the process that forks
    main(arguments)
