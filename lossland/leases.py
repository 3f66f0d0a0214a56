"""One GPU for each job of a machine: Snakemake counts devices, it does not hand them out.

A lease is a lock on a file, gone with the process that holds it, however that ends. Inside a SLURM job the devices are
those of the job.
"""

import os
import random
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


def devices() -> list[str]:
    """The devices that may be used, by the names that CUDA_VISIBLE_DEVICES takes."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [d for d in visible.split(",") if d]
    return [str(i) for i in range(len(list(Path("/dev").glob("nvidia[0-9]*"))))]


@contextmanager
def lease(wanted: int):
    """Holds a device that no other job holds, and shows torch that one only; enter before torch looks for devices.

    Waits until one is free. Where there is none, or `wanted` is 0, the job runs on the CPU.
    """
    lock = _first_free(devices()) if wanted else None
    os.environ["CUDA_VISIBLE_DEVICES"] = Path(lock.lock_file).name if lock else ""
    try:
        yield
    finally:
        if lock:
            lock.release()


def _first_free(pool):
    """A lock on one device of the pool, as soon as there is one; None of an empty pool."""
    folder = Path(tempfile.gettempdir()) / f"lossland-leases-{os.getuid()}-{os.environ.get('SLURM_JOB_ID', '')}"
    while pool:
        folder.mkdir(mode=0o700, exist_ok=True)
        for device in random.sample(pool, len(pool)):
            lock = FileLock(folder / device)
            with suppress(Timeout):
                lock.acquire(timeout=0)
                return lock
        time.sleep(0.2)
    return None
