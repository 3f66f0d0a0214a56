"""What every job does around its one library function: arguments, checks, log, errors, provenance.

A job is `python workflow_scripts/<stage>.py --spec <json> --code <digest> ...`: the line in the log can be pasted. It
refuses to run if its code has changed since it was planned, answers a mistake with one sentence (the traceback goes to
the log file), and has one writer: a twin waits, and finds the work done.
"""

import argparse
import json
import logging
import platform
import shutil
import signal
import subprocess
import sys
import time
from functools import cached_property
from importlib import import_module, metadata
from pathlib import Path

from filelock import FileLock

from lossland import fingerprint

log = logging.getLogger("lossland")
SPEAK_EVERY = 15.0  # seconds between lines of one job on the terminal; its log file has every line
PACKAGES = ("torch", "torchvision", "numpy", "pandas", "pyarrow", "scikit-learn", "matplotlib")


class Job:
    """The arguments of a job, and what follows from them."""

    def __init__(self, argv=None):
        parser = argparse.ArgumentParser()
        parser.add_argument("--spec", required=True, type=json.loads, help="the part of the config that the job depends on")
        parser.add_argument("--code", help="the digest of the code that was planned (default: what is there)")
        parser.add_argument("--data", nargs="*", default=[], help="the dataset of the networks, if there are any")
        parser.add_argument("--inputs", nargs="*", default=[], help="the files it is made from, in the order of spec.inputs")
        parser.add_argument("--out", nargs="+", required=True)
        parser.add_argument("--log", help="a file for the whole log")
        parser.add_argument("--threads", type=int, default=1)
        arguments = parser.parse_args(argv)
        self.spec, self.data, self.threads, self.log = arguments.spec, arguments.data, arguments.threads, arguments.log
        self.out = [Path(p) for p in arguments.out]
        files = iter(arguments.inputs)
        self.inputs = {role: [next(files) for _ in names] for role, names in self.spec["inputs"].items()}
        self.title = f"{self.spec['section']} {self.spec['name']}"
        self.code = fingerprint.code_of(self.spec)
        if arguments.code not in (None, self.code):
            raise ValueError("the code was edited after this run was planned; start the run again")
        self.stopping = self._checkpoints = False

    @cached_property
    def plugin(self):
        """The module of the plug-in of this stage."""
        return import_module(f"lossland.{self._plugin[0]}.{self._plugin[1]}")

    @property
    def options(self) -> dict:
        return self._plugin[2]

    @cached_property
    def _plugin(self):
        key = next(k for k in ("source", "method", "probe", "draw", "check") if k in self.spec)
        ((name, options),) = self.spec[key].items()
        return fingerprint.ROOMS[key], name, options

    @cached_property
    def provenance(self) -> str:
        """What made the result, as JSON; no times, so that the same work gives the same bytes."""
        torch = sys.modules.get("torch")
        gpu = torch.cuda.get_device_name() if torch and torch.cuda.is_available() else None
        record = {
            "spec": self.spec, "code": self.code, "threads": self.threads, "device": gpu or platform.machine(),
            "versions": {"python": platform.python_version()} | {p: _version(p) for p in PACKAGES}, "revision": _revision(),
        }  # fmt: skip
        return json.dumps(record, sort_keys=True)

    @property
    def unfinished(self) -> Path:
        """Where work is kept until it is done: beside the output, one folder for each spec and code."""
        key = fingerprint.text_digest(json.dumps(self.spec, sort_keys=True) + self.code)
        return self.out[0].parent / f".{self.out[0].stem}.unfinished" / key

    def asked_to_stop(self) -> bool:
        """Whether SIGTERM came; who asks promises to save its work and leave."""
        self._checkpoints = True
        return self.stopping

    def stop(self, *_):
        self.stopping = True
        if not self._checkpoints:
            raise SystemExit(128 + signal.SIGTERM)


def run(work, argv=None, done=lambda path: None):
    """`work(job)` as a job; exits with one sentence where it fails.

    `done(path)` reads the provenance that an output already has: a twin of a job finds its work done.
    """
    sys.path.insert(0, str(Path.cwd()))  # modules of the user's own
    title = ""
    try:
        job = Job(argv)
        title = f"{job.title}: "
        _listen(job)
        signal.signal(signal.SIGTERM, job.stop)
        job.unfinished.mkdir(parents=True, exist_ok=True)
        with FileLock(job.unfinished.parent / "lock"):
            if done(job.out[0]) != job.provenance:
                work(job)
            shutil.rmtree(job.unfinished.parent, ignore_errors=True)
    except Exception as error:
        log.debug("", exc_info=True)
        told = isinstance(error, (ValueError, OSError, FloatingPointError))  # these are sentences for the user
        text = str(error) if told else f"{type(error).__name__}: {error}"
        log.error("%s%s", title, " ".join(text.split()))
        raise SystemExit(1) from None


def _listen(job):
    """All lines to the log file, few of them to the terminal."""
    log.setLevel(logging.DEBUG)
    terminal = logging.StreamHandler()
    terminal.setFormatter(logging.Formatter(f"{job.title}: %(message)s"))
    terminal.addFilter(_Seldom())
    handlers = [terminal]
    if job.log:
        Path(job.log).parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(job.log, "w"))
    log.handlers[:] = handlers


class _Seldom(logging.Filter):
    def __init__(self):
        self.last = time.monotonic()

    def filter(self, record):
        if record.levelno != logging.INFO:
            return record.levelno > logging.INFO
        if time.monotonic() - self.last < SPEAK_EVERY:
            return False
        self.last = time.monotonic()
        return True


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _revision():
    try:
        command = ["git", "-C", fingerprint.ROOT, "rev-parse", "HEAD"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
