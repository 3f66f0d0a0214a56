"""Results that no job of a config makes any more: of seeds, stanzas or experiments that were removed from it.

A file counts only if its record says that a run made it, under the name that it has: what a user put there, or copied, stays.
"""

import re
from contextlib import suppress
from pathlib import Path

from lossland.workflow import files
from lossland.workflow.code_digest import PLUGIN

RECORDS = {"figure": "json", "table": "parquet", "claim": "parquet"}  # the file of a result that carries its record
BESIDE = ("json", "rst", "svg", "png", "csv", "md", "html", "vtu", "parquet", "safetensors")


def stale_files(plan) -> list[Path]:
    """The files of each such result, and its log."""
    return [file for section in PLUGIN for name in _names(plan, section) for file in _files(plan.results, section, name)]


def clean(plan) -> list[Path]:
    """Remove them, and the folders that this leaves empty."""
    found = stale_files(plan)
    for file in found:
        file.unlink()
        with suppress(OSError):  # it holds more
            file.parent.rmdir()
    return found


def _names(plan, section):
    folder, suffix = Path(plan.results, section), RECORDS.get(section, "safetensors")
    for file in sorted(folder.rglob(f"*.{suffix}")):
        name = str(file.relative_to(folder)).removesuffix(f".{suffix}")
        if name not in plan[section] and not re.search(r"(^|/)\.", name) and _ours(file, section, name):
            yield name


def _ours(file, section, name):
    try:
        record = files.provenance(file) or {}
    except files.FileRefused:
        return False
    spec = record.get("spec", {})
    return (spec.get("section"), spec.get("name")) == (section, name)


def _files(results, section, name):
    own = [Path(results, section, f"{name}.{suffix}") for suffix in BESIDE]
    logs = [Path(results, "log", section, f"{name}.{suffix}") for suffix in ("log", "json")]
    return [file for file in (*own, *logs) if file.is_file()]
