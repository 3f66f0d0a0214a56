"""The code behind a job: the files its spec names and all of ours that they import, without comments and docstrings.

Snakemake sees the text of a command, not the code behind it. A job carries the digest of that code as a parameter, so that
an edit reruns exactly what depends on it, and a touch, a checkout, a comment or a docstring reruns nothing. Nor does an edit
of the MACHINERY, whose imports are followed, but whose text does not count: if it gives bytes another meaning, FORMAT in
`jobs.py` is raised. The docstring of a figure or of claims is their caption, and counts.
"""

import ast
import hashlib
import json
import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from lossland.workflow.plugins import ROOT, find, project_of

PUBLISHED = "lossland.papers.published"
MACHINERY = ("workflow_scripts/", "lossland/workflow/", "lossland/options.py", "lossland/checking.py")
TEMPLATES = ("*.html", "*.css", "*.js")
CAPTIONED = ("figures", "claims")
_seen = {}  # what a process has read of code: (folder, file) -> when and how large it was
# section -> (key of its stanzas and specs that names the plug-in, room of the plug-in)
PLUGIN = {
    "data": ("source", "data"),
    "network": ("method", "methods"),
    "subspace": ("method", "methods"),
    "table": ("probe", "probes"),
    "figure": ("draw", "figures"),
    "claim": ("check", "claims"),
    "verdict": ("judge", "judges"),
    "report": ("page", "pages"),
}


def code_of(spec, root=ROOT) -> dict[str, str]:
    """File -> digest, for all code behind the job of `spec`; files of the user's own are named from their folder."""
    rooms = [PLUGIN[spec["section"]], ("data", "data"), ("model", "models")]
    named = [(room, name) for key, room in rooms for name in spec.get(key, {})]
    named += [("methods", method) for entries in spec.get("inputs", {}).values() for method in _viewed(entries)]
    plugins = [(room, find(room, name, root)) for room, name in named]
    files = [
        (project_of(root), f"workflow_scripts/{spec['section']}.py"),
        *((source.root, source.file) for _, source in plugins),
    ]
    learned = [spec[key] for key in ("task", "loss") if key in spec]
    for key, _ in rooms:
        if key in ("source", "data"):
            learned += [task for name in spec.get(key, {}) for task in tasks_of(name, root)]
    files += [(source.root, source.file) for source in (find("tasks", name, root) for name in learned)]
    captioned = [(source.root, source.file) for room, source in plugins if room in CAPTIONED]
    return _code(tuple(files), root) | {file: _content(folder, file, caption=True) for folder, file in captioned}


def tasks_of(data, root=ROOT) -> list[str]:
    """The tasks that a dataset may be of."""
    source = find("data", data, root)
    return _read(source.root, source.file)["tasks"] or ["classification"]  # the default of Arrays


def _viewed(entries):
    """The methods of the views among what a job reads."""
    for entry in entries:
        yield from entry.get("view", ())
        yield from _viewed(entry.get("sources", ()))


@lru_cache(None)
def _code(files, root):
    seen, todo = set(), list(files)
    while todo:
        folder, file = todo.pop()
        if (folder, file) not in seen:
            seen.add((folder, file))
            todo += _imports(folder, file, root)
    ours = (root, project_of(root))
    return {
        file: _content(folder, file) for folder, file in sorted(seen) if not (folder in ours and file.startswith(MACHINERY))
    }


def digest(value) -> str:
    """Digest (16 hex digits) of what JSON can say."""
    return text_digest(json.dumps(value, sort_keys=True))


def text_digest(text) -> str:
    return _hash(text.encode())[:16]


def _hash(content) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(None)
def _imports(folder, file, root):
    """The files that `file` imports, each as (folder, file), with the packages on the way; what its paper published, and the
    templates beside what renders them.

    The library is the one at `root`; all else that counts lies in the folder of the file itself.
    """
    if not file.endswith(".py"):
        return []
    names = _read(folder, file)["imports"]
    beside = list((folder / file).parent.parent.glob("*.csv")) if PUBLISHED in names else []
    if "jinja2" in names:
        beside += [path for kind in TEMPLATES for path in (folder / file).parent.glob(kind)]
    found = [(folder, str(path.relative_to(folder))) for path in sorted(beside)]
    for name in names:
        home = root if name.partition(".")[0] == "lossland" else folder
        found += [(home, imported) for imported in _files_of(home, name)]
    return found


def _files_of(root, module):
    """The files of a module below `root`, and those of the packages on the way, which run first."""
    parts = module.split(".")
    bases = [Path(*parts[:i]) for i in range(1, len(parts) + 1)]
    return [str(f) for b in bases for f in (b.with_suffix(".py"), b / "__init__.py") if (root / f).is_file()]


@lru_cache(None)
def _content(root, file, caption=False):
    """Digest of a file, of Python without comments and docstrings, but for the first one if that is a `caption`."""
    if not file.endswith(".py"):
        return text_digest(_hash((root / file).read_bytes()))
    read = _read(root, file)
    return text_digest(read["content"] + read["docstring"]) if caption else read["content"]


def forget_edited():
    """A process that has read code for one job reads it again for the next if a file of it was written since."""
    if any(_written(*file) != when for file, when in _seen.items()):
        for known in (_code, _imports, _content, _read):
            known.cache_clear()
        _seen.clear()


def _written(root, file):
    with suppress(OSError):
        found = (root / file).stat()
        return found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(None)
def _read(root, file):
    """What is asked of a Python file: a job's twenty would take it longer than most jobs take, so it is kept as bytecode is.

    What is kept, in `__pycache__`, is that of one text, read by one edition of this file under one Python.
    """
    _seen[root, file] = _written(root, file)
    text = (root / file).read_bytes()
    key = _hash(b"".join([text, file.encode(), sys.version.encode(), Path(__file__).read_bytes()]))
    place = (root / file).parent / "__pycache__" / f"{Path(file).stem}.{sys.implementation.cache_tag}.read.json"
    if (found := kept(place)).get("key") != key:
        keep(place, found := {"key": key} | _parsed(file, text))
    return found


def kept(place) -> dict:
    """What `keep` has kept there; nothing if it cannot be read."""
    with suppress(OSError, ValueError):
        return dict(json.loads(place.read_bytes()))
    return {}


def keep(place, found):
    with suppress(OSError):  # a folder that may not be written to: it is found again each time
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f"{place.name}.{os.getpid()}")
        temporary.write_text(json.dumps(found))
        temporary.replace(place)


def _parsed(file, text):
    """The digest of a module's code, the names that it imports, and the tasks that it gives Arrays."""
    tree, imports, tasks = ast.parse(text, file), [], []
    docstring = ast.get_docstring(tree) or ""
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
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = None
    return {"content": text_digest(ast.unparse(tree)), "docstring": docstring, "imports": imports, "tasks": tasks}
