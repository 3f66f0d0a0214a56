"""The digest of the user's own files: of their names and of what is in them, so that an edited image is another dataset.

A folder is read whole once. Then the digest of each folder in it is kept in the user's cache, and stands for as long as the
names, sizes and times of its files do: a million images are looked at in seconds, as a listing takes. What was written a
moment ago is read again, for a clock has steps.
"""

import hashlib
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from lossland.checking import built
from lossland.inputs import checkpoint_names
from lossland.workflow.code_digest import digest, keep, kept

LARGE = 2e9  # bytes that take so long to read that it is said
MOMENT = 2e9  # nanoseconds


def named(plugin, options, where, root) -> list[tuple[str, Path]]:
    """The user's own files that `options` of a plug-in name, as (kind, path). Raises ConfigError."""
    own: list = []
    if plugin.reads_files:
        built(plugin.options, options, where, root=root, own=own)
    return own


def of(own) -> str:
    """Digest of what options name, as (kind, path); empty if they name nothing, or nothing is there."""
    return "".join(_digest(kind, Path(path)) for kind, path in own if there(kind, path))


def there(kind, path) -> bool:
    return path.exists() if kind != "weights" else bool(_files(path))


def fault(kind, path) -> str:
    """What is wrong with a file or a folder that an option names, and the remedy; empty if nothing is seen to be."""
    remedy = "set data_root, or LOSSLAND_DATA, to the folder that holds it, or choose targets that do without"
    if not there(kind, path):
        what = "checkpoint in" if path.exists() else "file" if kind == "weights" else kind
        return f"there is no {what} {path}; {remedy}"
    if kind != "weights" and path.is_dir() != (kind == "folder"):
        return f"{path} is a {'folder' if path.is_dir() else 'file'}; name a {kind}"
    try:
        files = checkpoint_names.files(path) if kind == "weights" else [path]
        if kind == "weights" and checkpoint_names.several(path):
            checkpoint_names.epochs(checkpoint_names.networks(path))
    except ValueError as error:
        return str(error)
    for file in files:
        if not file.exists():
            return f"there is no file {file}, which the index beside it names; copy it there"
        if not os.access(file, os.R_OK):
            return f"{file} may not be read by this user; change its permissions"
        if file.is_file() and not file.stat().st_size:
            return f"{file} is empty; copy it again"
    return ""


def _digest(kind, path):
    place = cache(digest(str(path.resolve())))
    known, (base, below) = kept(place), _listed(kind, path)
    listed = {name: (digest([name, files]), files) for name, files in below if files}
    new = [(name, key, files) for name, (key, files) in listed.items() if key not in known]
    if (size := sum(size for _, _, files in new for _, size, _ in files)) > LARGE:
        print(f"{path}: {size / 1e9:.1f} GB are read for their digest, once", file=sys.stderr, flush=True)
    found = {key: known.get(key) for key, _ in listed.values()}
    found |= {key: digest([(file, _content(base / name / file)) for file, _, _ in files]) for name, key, files in new}
    if new:
        recent = time.time_ns() - MOMENT
        keep(place, {key: found[key] for key, files in listed.values() if all(when < recent for _, _, when in files)})
    return digest({name: found[key] for name, (key, _) in listed.items()})


def _files(path):
    with suppress(ValueError):  # an index that is none, which is told of when it is read
        return checkpoint_names.files(path)
    return [path]


def _listed(kind, path):
    """The folder that names are seen from, and what `_below` says; of checkpoints only, whose folders may hold much else."""
    if kind != "weights" or _files(path) == [path]:
        return path, _below(path)
    files = [file for file in _files(path) if file.is_file()]
    base = Path(os.path.commonpath([file.parent for file in files]))
    seen = [(str(file.relative_to(base)), file.stat()) for file in files]
    return base, [("", sorted((name, found.st_size, found.st_mtime_ns) for name, found in seen))]


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
