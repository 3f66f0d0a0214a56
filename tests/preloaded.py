"""Commands of the project as forks of a process that has imported what they import, which takes longer than a plan of the toy.

What runs is the command itself, and the server of jobs that Snakemake starts: only their imports of libraries are done already.
"""

import os
import runpy
import socket
import subprocess
import sys
import time
from functools import cache
from multiprocessing import forkserver, get_context

PYTHONPATH = os.environ.get("PYTHONPATH", "").split(os.pathsep)
FORKS = get_context("forkserver")


def run(*command):
    """Exit status of what `start` starts, which has to end in time."""
    process = start(*command)
    process.join(500)
    process.kill()
    process.join()
    return process.exitcode


def start(module, project, arguments, environment, output, errors):
    """`python -m <module> <arguments>` in a folder, as a process; what it says is added to files, which may be one."""
    _begin()
    process = FORKS.Process(target=_main, args=(module, str(project), arguments, environment, str(output), str(errors)))
    process.start()
    return process


@cache
def _begin():
    """The process that forks begins as a server of jobs does, with one thread."""
    from lossland.workflow.forkserver import LIBRARIES, THREADS  # not when a fork reads this file: it has its own lossland

    FORKS.set_forkserver_preload(["snakemake.cli", "snakemake.dag", *LIBRARIES])
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    forkserver.ensure_running()
    os.environ.clear()
    os.environ.update(before)


def _main(module, project, arguments, environment, output, errors):
    there = [folder for folder in sys.path if folder not in PYTHONPATH]  # of the process that forks
    own = [] if module == "snakemake" else [project]  # its command, unlike python -m, does not look where it is
    sys.path[:] = [*own, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep)), *there]
    for stream, file in ((1, output), (2, errors)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND), stream)
    os.chdir(project)
    os.environ.clear()
    os.environ.update(environment)
    if module == "snakemake":
        subprocess.Popen = _server_of_jobs()
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _server_of_jobs():
    """A Popen which begins the server of jobs as a fork of this process as it is now."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        try:
            _wait_and_serve(theirs)
        finally:
            os._exit(0)
    theirs.close()

    class Popen(subprocess.Popen):
        def __init__(self, command, *rest, **options):
            if command[1:2] != ["-P"] or len(command) != 3:
                super().__init__(command, *rest, **options)
                return
            self._child_created = False  # nothing is to be waited for
            environment = options["env"]
            given = "\0".join([command[2], *(f"{name}={value}" for name, value in environment.items())]).encode()
            socket.send_fds(ours, [len(given).to_bytes(4)], [options["stdin"]])
            ours.sendall(given)
            for _ in range(2000):  # of 5 ms
                if os.path.exists(environment["LOSSLAND_FORKS"]):
                    break
                time.sleep(0.005)

    return Popen


def _wait_and_serve(theirs):
    asked, streams, _, _ = socket.recv_fds(theirs, 4, 1)
    if not asked:  # Snakemake has ended, and had nothing to do
        return
    script, *pairs = theirs.makefile("rb").read(int.from_bytes(asked)).decode().split("\0")
    theirs.close()
    os.setsid()
    os.environ.clear()
    os.environ.update(pair.split("=", 1) for pair in pairs)
    quiet = os.open(os.devnull, os.O_WRONLY)
    for number, stream in enumerate([*streams, quiet, quiet]):
        os.dup2(stream, number)
    sys.argv[:] = [script]
    runpy.run_path(script, run_name="__main__")
