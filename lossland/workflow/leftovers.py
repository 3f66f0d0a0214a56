"""Results that no job of a config makes any more: of seeds, stanzas or experiments that were removed from it.

A file counts only if its record says that a run made it, under the name that it has: what a user put there, or copied, stays.
"""

from contextlib import suppress
from pathlib import Path

from lossland.workflow import files
from lossland.workflow.code_digest import PLUGIN


def stale_files(plan) -> list[Path]:
    """The files of each such result, and its log."""
    found = []
    for section in PLUGIN:
        folder, logs = Path(plan.results, section), Path(plan.results, "log", section)
        for file in sorted(folder.rglob("*.*")):
            name = str(file.relative_to(folder).with_suffix(""))
            if name not in plan[section] and _ours(file, section, name):
                found += [*_called(folder / name), *_called(logs / name)]
    return found


def clean(plan) -> list[Path]:
    """Remove them, and the folders that this leaves empty."""
    found = stale_files(plan)
    for file in found:
        file.unlink()
        with suppress(OSError):  # it holds more
            file.parent.rmdir()
    return found


def _ours(file, section, name):
    try:
        spec = (files.provenance(file) or {}).get("spec", {})
    except files.FileRefused:
        return False
    return (spec.get("section"), spec.get("name")) == (section, name)


def _called(path):
    """The files of this name, whatever their ending."""
    return [file for file in sorted(path.parent.glob("*.*")) if file.with_suffix("") == path and file.is_file()]
