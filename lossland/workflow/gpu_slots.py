"""GPUs for the jobs of a machine: Snakemake counts devices, it does not hand them out.

A lease is a lock on a file of the device, gone with the process that holds it, however that ends. Inside a SLURM job the
devices are those of the job.
"""

import fcntl
import itertools
import logging
import os
import random
import re
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger("lossland")
PATIENCE = 10.0  # seconds until a job says that it waits, and for what
PAUSE = 0.2  # seconds between two looks


def devices() -> list[str]:
    """The devices that may be used, by the names that CUDA_VISIBLE_DEVICES takes."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:  # as CUDA reads it: what follows a name that is none, such as -1, does not count
        named = [name.strip() for name in visible.split(",")]
        return list(itertools.takewhile(re.compile(r"\d+|GPU-.+|MIG-.+").fullmatch, named))
    return [str(i) for i in range(len(list(Path("/dev").glob("nvidia[0-9]*"))))]


@contextmanager
def lease(gpus: int):
    """Holds one device, and shows torch that one only; enter before torch looks for it.

    Waits until one is free. If there is no device, or `gpus` is 0, the job runs on the CPU.
    """
    pool = devices() if gpus else []
    device, file, lock = _first_free(pool) if pool else ("", None, None)
    os.environ["CUDA_VISIBLE_DEVICES"] = device
    try:
        yield
    finally:
        if file is not None and lock is not None:
            file.unlink(missing_ok=True)
            os.close(lock)


def _first_free(pool):
    """(device, its file, the lock on it), as soon as there is one."""
    folder, told = _own_folder(), time.monotonic() + PATIENCE
    prefix = f"gpu-{os.environ.get('SLURM_JOB_ID', '')}-"
    _sweep(folder)
    while True:
        for device in random.sample(pool, len(pool)):
            file = folder / f"{prefix}{device}"
            if (lock := _locked(file)) is not None:
                return device, file, lock
        if time.monotonic() > told:
            log.warning("waits for a GPU: other jobs of yours hold %s (their locks are in %s)", ", ".join(pool), folder)
            told += 60 * PATIENCE
        time.sleep(PAUSE)


def _own_folder() -> Path:
    """That of this user below that of temporary files; if it is somebody else's, whoever made it holds what is in it."""
    folder = Path(tempfile.gettempdir()) / f"lossland-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder that only you can use; remove it, or set TMPDIR to another")
    return folder


def _locked(file):
    """An open descriptor with the lock on `file`; None if another process has it."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(OSError):  # it is locked, or was removed by its holder while it was opened here
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), file.stat()):
            return lock
    os.close(lock)
    return None


def _sweep(folder):
    """Remove what killed jobs have left."""
    for file in folder.glob("gpu-*"):
        if (lock := _locked(file)) is not None:
            file.unlink(missing_ok=True)
            os.close(lock)
