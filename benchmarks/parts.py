"""The parts of the benchmarks, and what is kept of them: docs/performance.json, a part at a time."""

import importlib
import json
import time
from pathlib import Path

from turns import told

KEPT = Path(__file__).resolve().parent.parent / "docs/performance.json"
ON_DEVICES = ("training", "surfaces", "hessian", "subspaces")
MODULES = {part: part for part in ON_DEVICES} | {"jobs": "scale"}
ORDER = [*MODULES, *(f"{part} on a GPU" for part in ON_DEVICES)]


def measured(part, device, tiny=False):
    """Title, text and rows of one part, and on what they were measured."""
    module, start = importlib.import_module(MODULES[part]), time.perf_counter()
    title, _, text = module.__doc__.strip().partition("\n\n")
    found = {"title": title.rstrip("."), "text": text, "rows": list(module.rows(device, tiny))}
    return told(device) | {"minutes": (time.perf_counter() - start) / 60} | found


def keep(name, found, file=KEPT):
    """In place of what there was of that name."""
    kept = (json.loads(file.read_text()) if file.exists() else {}) | {name: found}
    file.write_text(json.dumps({name: kept[name] for name in ORDER if name in kept}, indent=1) + "\n")
