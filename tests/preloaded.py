"""Commands of the project as forks of a process that has imported what they import, which takes longer than a plan of the toy.

What runs is the command itself, and the workers that Snakemake starts: only their imports of libraries are done already.
"""

import ctypes
import json
import os
import runpy
import socket
import subprocess
import sys
import threading
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
    """The process that forks begins as a worker does, with one thread."""
    from lossland.workflow.worker import LIBRARIES  # not when a fork reads this file: it has its own lossland
    from lossland.workflow.workers import THREADS

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
        subprocess.Popen = _forking()
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _forking():
    """A Popen of which a worker is a fork of this process as it is now, and a child of what this process becomes."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        try:
            while _begin_worker(theirs):
                pass
        finally:
            os._exit(0)
    theirs.close()
    one = threading.Lock()

    class Popen(subprocess.Popen):
        def __init__(self, command, *rest, **options):
            if len(command) != 2 or os.path.basename(command[1]) != "worker.py":
                super().__init__(command, *rest, **options)
                return
            self.args, self.returncode, self._child_created, self._waitpid_lock = command, None, True, threading.Lock()
            (taken, fed), (heard, said) = os.pipe(), os.pipe()
            given = json.dumps([str(command[1]), dict(options["env"])]).encode()
            with one:
                socket.send_fds(ours, [len(given).to_bytes(4)], [taken, said])
                ours.sendall(given)
                self.pid = int.from_bytes(ours.recv(4))
            os.close(taken)
            os.close(said)
            self.stdin, self.stdout, self.stderr = os.fdopen(fed, "w"), os.fdopen(heard), None

    return Popen


def _begin_worker(theirs):
    """Whether a worker was asked for; Snakemake becomes its parent, for the one between them ends at once."""
    asked, streams, _, _ = socket.recv_fds(theirs, 4, 2)
    if not asked:  # Snakemake has ended
        return False
    script, environment = json.loads(theirs.recv(int.from_bytes(asked), socket.MSG_WAITALL))
    between = os.fork()
    if between == 0:
        between = os.getpid()
        if worker := os.fork():
            theirs.sendall(worker.to_bytes(4))
            os._exit(0)
        theirs.close()
        while os.getppid() == between:
            time.sleep(0.001)
        os.environ.clear()
        os.environ.update(environment)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.argv[:] = [script]
        sys.path.insert(0, os.path.dirname(script))
        status = 1
        try:
            runpy.run_path(script, run_name="__main__")
            status = 0
        except SystemExit as end:
            status = end.code or 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        os._exit(status)
    os.waitpid(between, 0)
    for stream in streams:
        os.close(stream)
    return True
