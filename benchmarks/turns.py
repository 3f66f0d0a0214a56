"""Side by side: what does the same work takes turns, so that all else that the machine does meets it alike.

Medians of rounds, after one that does not count: of the processor's time on a CPU, of the clock on a GPU. A `row` is one
comparison, of something of which less is better. Peers are other packages, called by their public interfaces; one that
is not installed, or cannot be imported, is named.
"""

import importlib
import math
import platform
import statistics
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch

from lossland.inputs.arrays import Arrays

PEERS = {  # what is imported: the name of the package
    "curvlinops": "curvlinops-for-pytorch",
    "hessian_eigenthings": "hessian-eigenthings",
    "landscaper": "landscaper",
    "loss_landscapes": "loss-landscapes",
    "pyhessian": "PyHessian",
}


def peer(name):
    """The package, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def row(work, unit, ours, against, theirs, goal=None):
    """One comparison; the `goal` is of theirs / ours, and None if there is none. Theirs is NaN if they cannot do it."""
    theirs = None if math.isnan(theirs) else float(theirs)
    return {"work": work, "unit": unit, "ours": float(ours), "against": against, "theirs": theirs, "goal": goal}


def taken(variants, device, rounds, parts=1):
    """name -> seconds of each of the `parts` of which a variant, a function without arguments, consists."""
    cuda = device.type == "cuda"
    clock, seconds = time.perf_counter if cuda else time.process_time, {name: [] for name in variants}
    for _ in range(rounds + 1):
        for name, variant in variants.items():
            start = clock()
            variant()
            if cuda:
                torch.cuda.synchronize()
            seconds[name].append((clock() - start) / parts)
    return {name: statistics.median(found[1:]) for name, found in seconds.items()}


def images(n):
    """Random ones of 3 x 32 x 32 bytes."""
    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randint(256, (n, 3, 32, 32), generator=rng, dtype=torch.uint8) for s in ("train", "val", "test")}
    return Arrays(x, {s: torch.randint(10, (n,), generator=rng) for s in x}, 10, (0.5,) * 3, (0.25,) * 3)


def told(device):
    """On what a part was measured, when, and with which versions; which peers were left out."""
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"{_processor()}, one thread"
    there = [package for module, package in PEERS.items() if peer(module)]
    versions = {"python": platform.python_version()} | {p: version(p) for p in ("torch", "scipy", *there)}
    left = [package for package in PEERS.values() if package not in there]
    return {"machine": name, "date": f"{date.today()}", "versions": versions, "left out": left}


def _processor():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
