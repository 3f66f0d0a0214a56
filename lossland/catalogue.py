"""The plug-ins, found by folder: the file name is the registry, the keyword-only parameters are the options.

Files are read as syntax, not imported, so that a config is checked in a fraction of a second, without torch.
"""

import ast
import re
import typing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lossland import options

PACKAGE = Path(__file__).resolve().parent
FUNCTION = {
    "data": "load", "models": "build", "methods": "build", "probes": "measure", "figures": "draw", "claims": "check",
}  # fmt: skip
REQUIRED = object()


@dataclass(frozen=True)
class Plugin:
    """`options`: name -> (annotation, default or REQUIRED); `tables`: name of a parameter -> probe of the tables it wants.

    `sources` bounds the number of sources that a method takes.
    """

    room: str
    name: str
    summary: str
    inputs: tuple[str, ...]
    options: dict
    tables: dict[str, str]
    sources: options.Between
    returns: str


def names(room) -> list[str]:
    return sorted(p.stem for p in (PACKAGE / room).glob("*.py") if p.stem != "__init__")


@lru_cache(None)
def plugin(room, name) -> Plugin:
    """Raises FileNotFoundError if there is no such file, SyntaxError, NameError or ValueError if it is no plug-in."""
    file = PACKAGE / room / f"{name}.py"
    tree = ast.parse(file.read_text(), str(file))
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == FUNCTION[room]]
    if not found:
        raise NameError(f"it has no function {FUNCTION[room]}")
    arguments = found[0].args
    annotations = {a.arg: ast.unparse(a.annotation) for a in arguments.args + arguments.kwonlyargs if a.annotation}
    defaults = dict(zip((a.arg for a in arguments.kwonlyargs), arguments.kw_defaults, strict=True))
    if bare := defaults.keys() - annotations.keys():
        raise ValueError(f"its option {min(bare)} has no annotation")
    tables = {
        n: match[1] for n, text in annotations.items() if (match := re.fullmatch(r"Annotated\[pd\.DataFrame, '(\w+)'\]", text))
    }
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
    )


def _annotation(text):
    return eval(text, vars(typing) | vars(options))  # an annotation of our own source, not of a config
