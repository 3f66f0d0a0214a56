"""The plug-ins, found by folder: the file name is the registry, the keyword-only parameters are the options.

Files are read as syntax, not imported, so that a config is checked in a fraction of a second, without torch.
"""

import ast
import re
import typing
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from lossland import options
from lossland.checking import REQUIRED

ROOT = Path(__file__).resolve().parent.parent.parent
FUNCTION = {
    "data": "load", "models": "build", "methods": "build", "probes": "measure", "figures": "draw", "claims": "check",
    "experiments": "experiment",
}  # fmt: skip


@dataclass(frozen=True)
class Plugin:
    """`options`: name -> (annotation, default or REQUIRED); `tables`: name of a parameter -> probe of the tables it wants.

    `sources` bounds the number of sources that a method takes; `coordinates` is its COORDINATES, the dimension of what it
    builds; `planes` are the tables that must be of a surface, PLANES of a figure.
    """

    room: str
    name: str
    summary: str
    inputs: tuple[str, ...]
    options: dict
    tables: dict[str, str]
    sources: options.Between
    returns: str
    coordinates: int | None
    planes: tuple[str, ...]

    def dimension(self, options) -> int | None:
        """Of what a method builds; None if that is not known when planning."""
        return options.get("directions", self.options["directions"][1]) if "directions" in self.options else self.coordinates

    @property
    def view(self) -> bool:
        """Whether what it builds is built where it is used: it trains nothing, and costs next to nothing."""
        return self.returns == "View"


@lru_cache(None)
def files(room, root=ROOT) -> dict[str, str]:
    """Name of a plug-in -> its file below `root`; that of a figure or claim of a paper begins with the paper."""
    if room == "experiments":
        found = [p.relative_to(root) for p in sorted(root.glob("lossland/papers/*/*.py")) if p.stem != "__init__"]
        return {f"{p.parts[2]}/{p.stem}": str(p) for p in found}
    general = {"figures": "plotting/figures"}.get(room, room)
    found = sorted(
        p.relative_to(root) for folder in (general, f"papers/*/{room}") for p in root.glob(f"lossland/{folder}/*.py")
    )
    return {"_".join([*p.parts[2:3] * ("papers" in p.parts), p.stem]): str(p) for p in found if p.stem != "__init__"}


def module(room, name) -> str:
    """The name by which a plug-in is imported."""
    return ".".join(Path(files(room)[name]).with_suffix("").parts)


def function(plugin):
    """What a plug-in is called by, imported."""
    return getattr(import_module(module(plugin.room, plugin.name)), FUNCTION[plugin.room])


def names(room) -> list[str]:
    return sorted(files(room))


@lru_cache(None)
def plugin(room, name) -> Plugin:
    """Raises FileNotFoundError if there is no such file, SyntaxError, NameError or ValueError if it is no plug-in."""
    file = ROOT / files(room)[name]
    tree = ast.parse(file.read_text(), str(file))
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == FUNCTION[room]]
    if not found:
        raise NameError(f"it has no function {FUNCTION[room]}")
    arguments = found[0].args
    annotations = {a.arg: ast.unparse(a.annotation) for a in arguments.args + arguments.kwonlyargs if a.annotation}
    defaults = dict(zip((a.arg for a in arguments.kwonlyargs), arguments.kw_defaults, strict=True))
    if bare := defaults.keys() - annotations.keys():
        raise ValueError(f"its option {min(bare)} has no annotation")
    tables = {n: match[1] for n, text in annotations.items() if (match := re.fullmatch(r"Table\('(\w+)'\)", text))}
    choices = {
        n: (_annotation(annotations[n]), REQUIRED if default is None else ast.literal_eval(default))
        for n, default in defaults.items()
        if n not in tables
    }
    return Plugin(
        room,
        name,
        (ast.get_docstring(tree) or "").partition("\n")[0],
        tuple(a.arg for a in arguments.args),
        choices,
        tables,
        typing.get_args(_annotation(annotations.get("sources", "Sources")))[1],
        ast.unparse(found[0].returns) if found[0].returns else "",
        _constant(tree, "COORDINATES"),
        _constant(tree, "PLANES") or (),
    )


def _constant(tree, name):
    """The value of a constant of a module, None if it has none of that name."""
    found = [n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == name]
    return ast.literal_eval(found[0]) if found else None


def _annotation(text):
    return eval(text, vars(typing) | vars(options))  # an annotation of our own source, not of a config
