"""The code behind a job: the files its spec names and all of ours that they import, without comments and docstrings.

Snakemake sees the text of a command, not the code behind it. A job carries the digest of that code as a parameter, so that
an edit reruns exactly what depends on it, and a touch, a checkout, a comment or a docstring reruns nothing.
"""

import ast
import hashlib
import json
import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from lossland.workflow.plugins import ROOT
from lossland.workflow.plugins import files as plugin_files

PUBLISHED = "lossland.papers.published"
# section -> (key of its stanzas and specs that names the plug-in, room of the plug-in)
PLUGIN = {
    "data": ("source", "data"),
    "network": ("method", "methods"),
    "subspace": ("method", "methods"),
    "table": ("probe", "probes"),
    "figure": ("draw", "figures"),
    "claim": ("check", "claims"),
}


def code_of(spec, root=ROOT) -> dict[str, str]:
    """File -> digest, for all code behind the job of `spec`."""
    rooms = [PLUGIN[spec["section"]], ("data", "data"), ("model", "models")]
    plugins = [(room, name, options) for key, room in rooms for name, options in spec.get(key, {}).items()]
    plugins += [("methods", method, {}) for entries in spec["inputs"].values() for method in _viewed(entries)]
    files = [f"workflow_scripts/{spec['section']}.py", *(plugin_files(room, root)[name] for room, name, _ in plugins)]
    for room, name, options in plugins:
        if room == "data":
            files += [f"lossland/tasks/{task}.py" for task in _tasks(root, f"lossland/data/{name}.py")]
        if "target" in options:  # a module of the user's own
            files += _files_of(root, options["target"].partition(":")[0])
    return _code(tuple(files), root)


def _viewed(entries):
    """The methods of the views among what a job reads."""
    for entry in entries:
        yield from entry.get("view", ())
        yield from _viewed(entry.get("sources", ()))


@lru_cache(None)
def _code(files, root):
    seen, todo = set(), list(files)
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += _imports(root, file)
    return {file: _content(root, file) for file in sorted(seen)}


def digest(value) -> str:
    """Digest (16 hex digits) of what JSON can say."""
    return text_digest(json.dumps(value, sort_keys=True))


def listing(folder) -> str:
    """Digest of the names and sizes of all files in a folder: what is seen of data before it is read."""
    return text_digest(repr(sorted(_files_below(folder) if Path(folder).is_dir() else ())))


def _files_below(folder, name=""):
    """(path below, size) of each file; a million pictures in seconds, where `rglob` takes a minute."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files_below(entry.path, f"{name}{entry.name}/")
            elif entry.is_file():
                yield f"{name}{entry.name}", entry.stat().st_size


def content(file) -> str:
    """Digest of what is in a file; weights that are trained further keep their size. Empty where there is none."""
    if not Path(file).is_file():
        return ""
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]


def own_files(own) -> str:
    """Digest of the user's own files that options name, as (file or folder, path); empty where they name none."""
    seen = {"folder": listing, "file": content}
    return "".join(seen[kind](path) for kind, path in own)


def text_digest(text) -> str:
    return _hash(text.encode())[:16]


def _hash(content) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(None)
def _imports(root, file):
    """Files inside `root` that `file` imports, with the packages on the way and what its paper published."""
    if not file.endswith(".py"):
        return []
    found, published = [], PUBLISHED in _read(root, file)["imports"]
    if published:
        found += [str(p.relative_to(root)) for p in (root / file).parent.parent.glob("*.csv")]
    return found + [imported for name in _read(root, file)["imports"] for imported in _files_of(root, name)]


def _files_of(root, module):
    """The file of a module inside `root`, and those of the packages on the way, which run first."""
    parts = module.split(".")
    bases = [Path(*parts[:i]) for i in range(1, len(parts) + 1)]
    return [str(f) for b in bases for f in (b.with_suffix(".py"), b / "__init__.py") if (root / f).is_file()]


@lru_cache(None)
def _content(root, file):
    """Digest of a file, of Python without comments and docstrings."""
    return _read(root, file)["content"] if file.endswith(".py") else text_digest(_hash((root / file).read_bytes()))


@lru_cache(None)
def _tasks(root, file):
    """The tasks that a dataset may give its Arrays, as `task="..."`; classification is their default."""
    return _read(root, file)["tasks"] or ["classification"]


@lru_cache(None)
def _read(root, file):
    """What is asked of a Python file: a job's twenty would take it longer than most jobs take, so it is kept as bytecode is.

    What is kept, in `__pycache__`, is that of one text, read by one edition of this file under one Python.
    """
    text = (root / file).read_bytes()
    key = _hash(b"".join([text, file.encode(), sys.version.encode(), Path(__file__).read_bytes()]))
    kept = (root / file).parent / "__pycache__" / f"{Path(file).stem}.{sys.implementation.cache_tag}.read.json"
    with suppress(OSError, ValueError):
        found = json.loads(kept.read_text())
        if found.pop("key") == key:
            return found
    found = _parsed(file, text)
    with suppress(OSError):  # a folder that may not be written to
        kept.parent.mkdir(exist_ok=True)
        temporary = kept.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"key": key} | found))
        temporary.replace(kept)
    return found


def _parsed(file, text):
    """The digest of a module's code, the names that it imports, and the tasks that it gives Arrays."""
    tree, imports, tasks = ast.parse(text, file), [], []
    drawn = any(isinstance(node, ast.FunctionDef) and node.name in ("draw", "check") for node in tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = list(Path(file).parts[: -node.level]) if node.level else []
            module = ".".join([*package, *([node.module] if node.module else [])])
            imports += [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.keyword) and node.arg == "task":
            tasks += [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
        body = getattr(node, "body", None)
        if node is tree and drawn:
            continue  # the docstring of a figure or a claim is its caption
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = None
    return {"content": text_digest(ast.unparse(tree)), "imports": imports, "tasks": tasks}
