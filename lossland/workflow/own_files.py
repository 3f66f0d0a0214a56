"""The digest of the user's own files: of their names and of what is in them, so that an edited image is another dataset.

A folder is read whole once. Then the digest of each folder in it is kept in the user's cache, and stands for as long as the
names, sizes and times of its files do: a million images are looked at in seconds, as a listing takes. What was written a
moment ago is read again, for a clock has steps.
"""

import hashlib
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from lossland.workflow.code_digest import digest

LARGE = 2e9  # bytes that take so long to read that it is said
MOMENT = 2e9  # nanoseconds


def of(own) -> str:
    """Digest of what options name, as (file or folder, path); empty if they name nothing, or nothing is there."""
    return "".join(_digest(Path(path)) for _, path in own if path.exists())


def _digest(path):
    place = cache(digest(str(path.resolve())))
    known = kept(place)
    listed = {name: (digest([name, files]), files) for name, files in _below(path) if files}
    new = [(name, key, files) for name, (key, files) in listed.items() if key not in known]
    if (size := sum(size for _, _, files in new for _, size, _ in files)) > LARGE:
        print(f"{path}: {size / 1e9:.1f} GB are read for their digest, once", file=sys.stderr, flush=True)
    found = {key: known.get(key) for key, _ in listed.values()}
    found |= {key: digest([(file, _content(path / name / file)) for file, _, _ in files]) for name, key, files in new}
    if new:
        recent = time.time_ns() - MOMENT
        keep(place, {key: found[key] for key, files in listed.values() if all(when < recent for _, _, when in files)})
    return digest({name: found[key] for name, (key, _) in listed.items()})


def _below(path, name="", above=()):
    """(path below, its files as (name, bytes, time)) of a folder and of those in it; no link upwards is followed."""
    if path.is_file():
        yield name, [("", path.stat().st_size, path.stat().st_mtime_ns)]
        return
    own, files, folders = os.stat(path), [], []
    if (own.st_dev, own.st_ino) in above:
        return
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file():
                files.append((entry.name, entry.stat().st_size, entry.stat().st_mtime_ns))
    yield name, sorted(files)
    for folder in sorted(folders):
        yield from _below(path / folder, f"{name}{folder}/", (*above, (own.st_dev, own.st_ino)))


def _content(file):
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def cache(name) -> Path:
    """A file in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "lossland", name)


def kept(place) -> dict:
    with suppress(OSError, ValueError):
        return dict(json.loads(place.read_text()))
    return {}


def keep(place, found):
    with suppress(OSError):  # a home that may not be written to: it is read each time
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f"{place.name}.{os.getpid()}")
        temporary.write_text(json.dumps(found))
        temporary.replace(place)
