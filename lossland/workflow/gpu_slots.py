"""GPUs for the jobs of a machine: Snakemake counts devices, it does not hand them out.

A device has LOSSLAND_SLOTS slots (1 unless the variable says more); a job takes all of them, or as many as its stanza says,
so that small jobs share a card. A lease is a lock on a file for each slot, gone with the process that holds it, however
that ends. Inside a SLURM job the devices are those of the job.
"""

import itertools
import os
import random
import re
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


def devices() -> list[str]:
    """The devices that may be used, by the names that CUDA_VISIBLE_DEVICES takes."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:  # as CUDA reads it: what follows a name that is none, such as -1, does not count
        named = [name.strip() for name in visible.split(",")]
        return list(itertools.takewhile(re.compile(r"\d+|GPU-.+|MIG-.+").fullmatch, named))
    return [str(i) for i in range(len(list(Path("/dev").glob("nvidia[0-9]*"))))]


def slots(wanted=None) -> int:
    """How many slots of a device a job takes that asks for `wanted`: all that there are, if it does not say."""
    every = os.environ.get("LOSSLAND_SLOTS", "1")
    if not every.isdecimal() or int(every) < 1:
        raise ValueError(f"LOSSLAND_SLOTS is {every!r}; it must be the number of slots of each GPU, at least 1")
    return min(wanted or int(every), int(every))


@contextmanager
def lease(gpus: int, wanted: int | None = None):
    """Holds `wanted` slots (default: all) of one device, and shows torch that one only; enter before torch looks for it.

    Waits until they are free. Where there is no device, or `gpus` is 0, the job runs on the CPU.
    """
    device, locks = _first_free(devices() if gpus else [], slots(wanted), slots())
    os.environ["CUDA_VISIBLE_DEVICES"] = device
    try:
        yield
    finally:
        for lock in locks:
            lock.release()


def _first_free(pool, wanted, every):
    """(device, locks on `wanted` of its slots), as soon as there are; nothing of an empty pool."""
    folder = Path(tempfile.gettempdir()) / f"lossland-leases-{os.getuid()}-{os.environ.get('SLURM_JOB_ID', '')}"
    while pool:
        folder.mkdir(mode=0o700, exist_ok=True)
        for top in range(every, wanted - 1, -1):  # small jobs spread over the devices, from the highest slot down
            for device in random.sample(pool, len(pool)):
                files = [folder / f"{device}.{slot}" for slot in range(top - wanted, top)]
                if locks := _locked(files, patient=wanted == every):
                    return device, locks
        time.sleep(0.2)
    return "", []


def _locked(files, patient):
    """Locks on all files, or on none.

    A job that wants a whole device has its lowest slot first, then waits for the others (`patient`): no stream of small jobs
    keeps it out, and no two wait for each other, for there is one lowest slot.
    """
    locks = []
    for file in files:
        lock = FileLock(file)
        try:
            lock.acquire(timeout=-1 if patient and locks else 0)
        except Timeout:
            for held in locks:
                held.release()
            return []
        locks.append(lock)
    return locks
