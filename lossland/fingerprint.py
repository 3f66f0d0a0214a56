"""The code behind a job: the files its spec names and all of ours that they import, without comments and docstrings.

Snakemake sees the text of a command, not the code behind it. A job carries the digest of that code as a parameter, so that
an edit reruns exactly what depends on it, and a touch, a checkout, a comment or a docstring reruns nothing.
"""

import ast
import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
    files = [f"workflow_scripts/{spec['section']}.py", *(f"lossland/{room}/{name}.py" for room, name, _ in plugins)]
    for room, name, options in plugins:
        if room == "data":
            files += [f"lossland/tasks/{task}.py" for task in _tasks(root, f"lossland/data/{name}.py")]
        if "target" in options:  # a module of the user's own
            files += _files_of(root, options["target"].partition(":")[0])
    return _code(tuple(files), root)


@lru_cache(None)
def _code(files, root):
    seen, todo = set(), list(files)
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += _imports(root, file)
    return {file: text_digest(_content(root, file)) for file in sorted(seen)}


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


def own_files(root, options) -> str:
    """Digest of the user's own files that options name, a `folder` or a `file` below `root`; empty where they name none."""
    seen = {"folder": listing, "file": content}
    return "".join(seen[option](root / options[option]) for option in seen if options.get(option) is not None)


def text_digest(text) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(None)
def _imports(root, file):
    """Files inside `root` that `file` imports, with the packages on the way and the data beside a package."""
    if not file.endswith(".py"):
        return []
    found = []
    if Path(file).name == "__init__.py":
        found += [str(p.relative_to(root)) for p in (root / file).parent.glob("*.csv")]
    for node in ast.walk(_tree(root, file)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = list(Path(file).parts[: -node.level]) if node.level else []
            module = ".".join([*package, *([node.module] if node.module else [])])
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found += [file for name in names for file in _files_of(root, name)]
    return found


def _files_of(root, module):
    """The file of a module inside `root`, and those of the packages on the way, which run first."""
    parts = module.split(".")
    bases = [Path(*parts[:i]) for i in range(1, len(parts) + 1)]
    return [str(f) for b in bases for f in (b.with_suffix(".py"), b / "__init__.py") if (root / f).is_file()]


@lru_cache(None)
def _content(root, file):
    if not file.endswith(".py"):
        return hashlib.sha256((root / file).read_bytes()).hexdigest()
    tree = _tree(root, file)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = None
    return ast.unparse(tree)


@lru_cache(None)
def _tree(root, file):
    return ast.parse((root / file).read_text(), file)


@lru_cache(None)
def _tasks(root, file):
    """The tasks that a dataset may give its Arrays, as `task="..."`; classification is their default."""
    given = [n.value for n in ast.walk(_tree(root, file)) if isinstance(n, ast.keyword) and n.arg == "task"]
    return [n.value for value in given for n in ast.walk(value) if isinstance(n, ast.Constant)] or ["classification"]
