"""What every job does around its one library function: arguments, checks, log, errors, provenance.

A job is `python workflow_scripts/<stage>.py --spec <json> --code <digest> ...`: the line in the log can be pasted. It
refuses to run if its code has changed since it was planned, reports a mistake in one sentence (the traceback goes to
the log file), and has one writer: a twin waits, and finds the work done.
"""

import argparse
import json
import logging
import math
import os
import platform
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from lossland.checking import built
from lossland.workflow import code_digest, files, plugins
from lossland.workflow.files import replacing
from lossland.workflow.gpu_slots import lease
from lossland.workflow.jobs import files_of
from lossland.workflow.provenance import handed_down, made_by, planned
from lossland.workflow.retries import SURE

log = logging.getLogger("lossland")
PATIENCE = 20.0  # seconds within which work that saves itself asks again whether it should stop
SPEAK_EVERY = 15.0  # seconds between lines of one job on the terminal; its log file has every line
LACKING = re.compile("out of memory|enough memory|can't allocate memory")  # of a machine, or a GPU
ASKED = re.compile(r"tried to allocate [\d.]+ *\w+", re.IGNORECASE)
PACKAGES = ("torch", "torchvision", "numpy", "pandas", "pyarrow", "scikit-learn", "matplotlib", "plotly", "meshio")


class Run:
    """The arguments of a job, and what follows from them."""

    def __init__(self, argv=None):
        parser = argparse.ArgumentParser()
        parser.add_argument("--spec", required=True, type=json.loads, help="the part of the config that the job depends on")
        parser.add_argument("--code", help="the digest of the code that was planned (default: what is there)")
        parser.add_argument("--data", nargs="*", default=[], help="the dataset of the networks, if there are any")
        parser.add_argument("--inputs", nargs="*", default=[], help="the files it is made from, in the order of its spec")
        parser.add_argument("--out", nargs="+", required=True)
        parser.add_argument("--log", help="a file for the whole log")
        parser.add_argument("--threads", type=int, default=1)
        parser.add_argument("--gpu", type=int, default=0, help="how many GPUs it may use: 0 or 1")
        arguments = parser.parse_args(argv)
        self.spec, self.data, self.log = arguments.spec, arguments.data, arguments.log
        self.threads, self.gpu = arguments.threads, arguments.gpu
        self.out = [Path(p) for p in arguments.out]
        self.inputs = self.spec["inputs"]
        self._paths = dict(zip(files_of(self.spec), arguments.inputs, strict=True))
        self.title = f"{self.spec['section']} {self.spec['name']}"
        key, self._room = code_digest.PLUGIN[self.spec["section"]]
        self._name, self.options = self.built(self._room, self.spec[key])
        self.code = code_digest.code_of(self.spec)
        if arguments.code not in (None, code_digest.digest(self.code)):
            _listen(self)  # the log file says so, and the summary of the run
            raise ValueError("the code was edited after this run was planned; start the run again")
        self.stopping, self._asked = False, -math.inf

    def path(self, entry) -> str:
        """The file of an entry of `inputs`."""
        return self._paths[entry["file"]]

    def tables(self, role):
        """The rows of the tables that it reads in a role, by the names that they have there."""
        return files.renamed([(files.load_table(self.path(entry)), entry) for entry in self.inputs[role]])

    @property
    def data_root(self) -> Path:
        """The folder of the user's own files."""
        return Path(os.environ.get("LOSSLAND_DATA", "data")).absolute()

    def built(self, room, chosen) -> tuple[str, dict]:
        """The name of a plug-in and its options, built, of {name: options} in the spec."""
        ((name, options),) = chosen.items()
        return name, built(plugins.plugin(room, name).options, options, name, root=self.data_root)

    @cached_property
    def plugin(self):
        """The module of the plug-in of this stage."""
        return plugins.imported(self._room, self._name)

    @cached_property
    def function(self):
        """The function of the plug-in: a plug-in of the user's own may call it as it likes."""
        return plugins.load(self._room, self._name)

    @cached_property
    def made_by(self) -> dict:
        """All that the bytes of the result depend on; no times."""
        versions = {"python": platform.python_version()} | {p: _version(p) for p in PACKAGES}
        device = platform.machine()
        if "model" in self.spec:
            import torch  # figures and claims do without

            device = torch.cuda.get_device_name() if torch.cuda.is_available() else device
        inputs = [code_digest.digest(made_by(r)) for r in self._handed]
        own = {"spec": self.spec, "code": self.code, "threads": self.threads, "device": device, "versions": versions}
        return own | {"inputs": inputs}

    @cached_property
    def _handed(self):
        """The records of what it is made from."""
        return [files.provenance(path) for path in [*self.data, *self._paths.values()]]

    @property
    def provenance(self) -> str:
        plan = planned(self.spec, code_digest.digest(self.code), [record["plan"] for record in self._handed])
        own = self.made_by | {"plan": plan, "revision": _revision()}
        return json.dumps(handed_down(own | self._compiled, self._handed), sort_keys=True)

    @property
    def _compiled(self) -> dict:
        """Of each part of its work, whether it was compiled, if that was asked for."""
        if "compile" not in self.spec:
            return {}
        from lossland.workflow.store import read_tensors  # torch, which figures and claims do without

        found = sorted(self.unfinished.rglob("compiled-*/state.safetensors"), key=lambda path: (len(path.parent.name), path))
        return {"compiled": [bool(read_tensors(path, "state")[0]["compiled"]) for path in found]}

    @property
    def unfinished(self) -> Path:
        """Where work is kept until it is done: beside the output, one folder for each way of making it."""
        key = code_digest.digest(self.made_by)
        return self.out[0].parent / f".{self.out[0].stem}.unfinished" / key

    def asked_to_stop(self) -> bool:
        """Whether SIGTERM or Ctrl-C came; who asks promises to save its work and leave."""
        self._asked = time.monotonic()
        return self.stopping

    def stop(self, number, _):
        self.stopping = True
        if time.monotonic() - self._asked > PATIENCE:
            raise SystemExit(128 + number)


def run(work, argv=None):
    """`work(job)` as a job; exits with one sentence if it fails. A twin of a job waits, and finds its work done."""
    began = time.monotonic() if log.handlers else time.monotonic() - time.process_time()  # a worker's first has its start
    try:
        job = Run(argv)
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, job.stop)
        _listen(job)
        with lease(job.gpu), _alone(job.unfinished):
            log.debug("GPU %s", os.environ["CUDA_VISIBLE_DEVICES"] or "none")
            if made_by(files.provenance(job.out[0])) != job.made_by or not all(path.is_file() for path in job.out):
                with _measured(job, began):
                    work(job)
            _clear(job.unfinished.parent)
    except Exception as error:
        log.debug("", exc_info=True)
        if not any(isinstance(one, (OSError, MemoryError, RuntimeError)) for one in (error, error.__cause__)):
            log.debug(SURE)  # those may be of the machine
        log.error(" ".join(_sentence(error).split()))
        raise SystemExit(1) from None


def _sentence(error) -> str:
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and LACKING.search(str(error))):
        told = "".join(f" ({asked[0]})" for asked in ASKED.finditer(str(error)))
        return f"there is not enough memory{told}; take a smaller network, batch, resolution or dataset"
    if isinstance(error, (ValueError, OSError, FloatingPointError)):  # these are sentences for the user
        return str(error)
    return f"{type(error).__name__}: {error}"


def _clear(folder):
    """Remove all unfinished work, and the lock last: from then on a twin that has waited may be at work in the folder."""
    for work in folder.iterdir():
        if work.is_dir():
            shutil.rmtree(work)
    (folder / "lock").unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _alone(folder):
    """The only process at work in `folder`; an empty one is not left behind."""
    while True:  # the one before removes the folder, and the lock in it, when it is done
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(folder.parent / "lock").acquire()
            break
        except FileNotFoundError:
            continue
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with lock:
            yield
    except Exception:
        if not any(path.is_file() for path in folder.rglob("*")):
            shutil.rmtree(folder.parent, ignore_errors=True)
        raise


@contextmanager
def _measured(job, began):
    """Keeps beside the log what the work took: seconds with its start, peak memory, and whether it is the rest of a work.

    A fork starts when it is forked, with the memory of the libraries that it shares; the peak of a worker's job is that of its
    jobs so far.
    Snakemake's own benchmark files make it wait for ever if a disk is full, and know nothing of GPUs.
    """
    rest = any(job.unfinished.rglob("state.safetensors"))
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gpu = sys.modules["torch"].cuda.max_memory_allocated() / 1e6 if "torch" in sys.modules else 0
    took = {"seconds": time.monotonic() - began, "memory_mb": peak, "gpu_memory_mb": gpu}
    if job.log:
        with replacing(Path(job.log).with_suffix(".json")) as temporary:
            rounded = {key: round(value, 2) for key, value in took.items()}
            temporary.write_text(json.dumps(rounded | {"rest": rest, "spec": code_digest.digest(job.spec)}))


def _listen(job):
    """All lines to the log file, few of them to the terminal. The file begins with the first: a waiting twin has none."""
    log.setLevel(logging.DEBUG)
    logging.raiseExceptions = False  # a full disk is told of once, by what could not be written
    terminal = logging.StreamHandler()
    terminal.setFormatter(logging.Formatter(f"{job.title}: %(message)s"))
    terminal.addFilter(_Seldom())
    handlers = [terminal]
    if job.log:
        Path(job.log).parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(job.log, "w", "utf-8", delay=True))
    for handler in log.handlers:
        handler.close()
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


@cache
def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


@cache
def _revision():
    try:
        command = ["git", "-C", code_digest.ROOT, "rev-parse", "HEAD"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
