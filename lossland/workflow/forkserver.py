"""Jobs as forks of one process that has imported what they all import: torch alone takes two seconds of each.

    python -P -S lossland/workflow/forkserver.py workflow_scripts/<stage>.py ...

runs a job: the command hands it to the server that `start` has left beside Snakemake, passes signals on, and ends as the
job ends. If there is no server, or if it has another folder or another environment (a job of more threads, a job of a
cluster, a line pasted from the log), the command becomes `python workflow_scripts/<stage>.py ...`, to the same bytes.

A keeper stands between the two, a fork of the server that starts the job and watches over it: it kills the job if the
command was killed, and reports its end. Neither needs the server any more, which ends with Snakemake. If there is no
server the command itself keeps the job. A job that is killed cannot say so: its keeper does, in its log.
"""

import json
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from itertools import pairwise

SOCKET = "LOSSLAND_FORKS"
# nothing of ours: it may be edited
LIBRARIES = ("torch", "pandas", "pyarrow.parquet", "scipy.stats", "matplotlib.pyplot", "pydantic.type_adapter")
THREADS = (*(f"{library}_NUM_THREADS" for library in ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")), "VECLIB_MAXIMUM_THREADS")
PASSING = {"_", "SHLVL", "PWD", "OLDPWD", "TMPDIR", "TMP", "TEMP", "TEMPDIR"}  # of each job; no library reads them at its start


def start():
    """A server for the jobs that this process starts; it ends with this process, however that ends."""
    import subprocess

    from lossland.workflow.own_folder import own_folder

    if sys.platform != "linux":  # elsewhere a fork may not use its libraries
        return
    watched, _ = os.pipe()  # its other end is nobody else's, and closes when this process ends
    with suppress(OSError):  # jobs run by themselves
        folder = own_folder()
        _sweep(folder)
        os.environ[SOCKET] = str(folder / f"forks-{os.getpid()}")
        environment = os.environ | dict.fromkeys(THREADS, "1")  # as Snakemake gives it to a job of one thread
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        own = {"stdin": watched, "start_new_session": True}  # Ctrl-C is for the jobs
        subprocess.Popen([sys.executable, "-P", __file__], env=environment, **quiet, **own)
    os.close(watched)


def _sweep(folder):
    """Remove the sockets of servers that were killed, and one of this process, whose number comes again."""
    for file in folder.glob("forks-*"):
        with suppress(ProcessLookupError, PermissionError):
            if (number := int(file.name.rpartition("-")[2])) != os.getpid():
                os.kill(number, 0)
                continue
        file.unlink(missing_ok=True)


def command(arguments):
    """Exit status of the job of these arguments as a fork; None if no server runs, and nothing has happened."""
    try:
        server = socket.socket(socket.AF_UNIX)
        server.connect(os.environ[SOCKET])
        socket.send_fds(server, [b"\n"], [0, 1, 2])
        server.sendall(json.dumps([_surroundings(), dict(os.environ), arguments]).encode() + b"\n")
        if not server.recv(1):
            return None
    except (KeyError, OSError):
        return None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: server.send(bytes([number])))
    return (server.recv(1) or bytes([128 + signal.SIGKILL]))[0]


def serve():
    """Start a keeper for every command, until the standard input ends."""
    import gc
    from importlib import import_module

    surroundings = _surroundings()  # before the libraries add to the environment
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()  # what is never collected is never copied
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.environ[SOCKET])  # until here, jobs run by themselves: on other cores that is as fast
        listener.listen()
        signal.signal(signal.SIGCHLD, _bury)
        while 0 not in select.select([0, listener], [], [])[0]:
            client, _ = listener.accept()
            if os.fork() == 0:
                try:
                    listener.close()
                    _keep(client, surroundings)
                finally:
                    os._exit(0)
            client.close()
    os.unlink(os.environ[SOCKET])


def _bury(*_):
    """Wait for the keepers that have ended, so that the processor time of their jobs is counted."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _keep(client, surroundings):
    """Start the job that a command asks for, pass its signals on, and tell it how the job ended."""
    from multiprocessing import get_context

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(client, 1, 3)
    wanted, environment, arguments = json.loads(client.makefile().readline())
    if wanted != surroundings:
        return
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    client.send(b"\n")  # from here on the command may not run the job itself
    job = get_context("fork").Process(target=_run, args=(client, *arguments))
    job.start()
    number = None
    while job.sentinel not in select.select([client, job.sentinel], [], [])[0]:
        number = (client.recv(1) or bytes([signal.SIGKILL]))[0]
        os.kill(job.pid, number)
        if number == signal.SIGKILL:
            break
    job.join()
    if job.exitcode < 0:
        _tell(arguments, -job.exitcode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, asked=number == -job.exitcode)
    client.send(bytes([job.exitcode if job.exitcode >= 0 else 128 - job.exitcode]))


def keep(arguments):
    """Exit status of the job of these arguments, as a child of the command. It does not outlive the command."""
    import ctypes

    job = os.fork()
    if job == 0:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        os.execv(sys.executable, [sys.executable, *arguments])
    passed = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: (passed.append(number), os.kill(job, number)))
    _, status, usage = os.wait4(job, 0)
    status = os.waitstatus_to_exitcode(status)
    if status < 0:
        _tell(arguments, -status, usage.ru_maxrss, asked=-status in passed)
    return status if status >= 0 else 128 - status


def _tell(arguments, number, kilobytes, asked):
    """Say of a job that was killed what it cannot: by which signal, and what it had used; of a worker to whoever feeds it."""
    given = dict(pairwise(arguments))
    spec = json.loads(given.get("--spec", "{}"))
    likely = ", most likely because memory ran out" if number == signal.SIGKILL and not asked else ""
    said = f"it was killed by {signal.Signals(number).name}{likely}; it had used {kilobytes // 1024} MB"
    if os.path.basename(arguments[0]) == "worker.py":
        print(said, flush=True)
        return
    print(f"{spec.get('section', 'job')} {spec.get('name', arguments[0])}: {said}", file=sys.stderr, flush=True)
    if "--log" in given:
        os.makedirs(os.path.dirname(given["--log"]) or ".", exist_ok=True)
        with open(given["--log"], "a", encoding="utf-8") as log:
            log.write(f"{said}\n")


def _run(client, script, *arguments):
    """The job: run its script as Python would that has just begun."""
    import importlib
    import runpy
    import tempfile

    client.close()
    for name in [name for name in sys.modules if name.partition(".")[0] == "lossland"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    tempfile.tempdir = None
    with open("/proc/self/comm", "w") as name:
        name.write(os.path.basename(script))
    script = os.path.abspath(script)
    sys.argv[1:] = arguments
    sys.path.insert(0, os.path.dirname(script))
    runpy.run_path(script, run_name="__main__")


def _surroundings():
    """What a server and a command must agree on: what Python and the libraries have read when they began."""
    return [
        os.path.dirname(sys.executable),
        os.getcwd(),
        {name: value for name, value in os.environ.items() if name not in PASSING},
    ]


if __name__ == "__main__":
    if not sys.argv[1:]:
        serve()
    elif (status := command(sys.argv[1:])) is not None:
        sys.exit(status)
    elif sys.platform == "linux":
        sys.exit(keep(sys.argv[1:]))
    else:
        os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
