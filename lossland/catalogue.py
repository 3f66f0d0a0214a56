"""The plug-ins, found by folder: the file name is the registry, the keyword-only parameters are the options.

Files are read as syntax, not imported, so that a config is checked in a fraction of a second, without torch.
"""

import ast
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
    """`options`: name -> (annotation, default or REQUIRED); `tables`: the options that are DataFrames."""

    room: str
    name: str
    file: str
    summary: str
    inputs: tuple[str, ...]
    options: dict
    tables: tuple[str, ...]
    returns: str


def names(room) -> list[str]:
    return sorted(p.stem for p in (PACKAGE / room).glob("*.py") if p.stem != "__init__")


@lru_cache(None)
def plugin(room, name) -> Plugin:
    """Raises LookupError if there is no such file, SyntaxError or NameError if it is no plug-in."""
    file = PACKAGE / room / f"{name}.py"
    if name not in names(room):
        raise LookupError(name)
    tree = ast.parse(file.read_text(), str(file))
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == FUNCTION[room]]
    if not found:
        raise NameError(f"{file} has no function {FUNCTION[room]}")
    arguments = found[0].args
    tables, choices = [], {}
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        text = ast.unparse(argument.annotation)
        if text.endswith("DataFrame"):
            tables.append(argument.arg)
        else:
            choices[argument.arg] = (_annotation(text), REQUIRED if default is None else ast.literal_eval(default))
    return Plugin(
        room,
        name,
        f"lossland/{room}/{name}.py",
        (ast.get_docstring(tree) or "").partition("\n")[0],
        tuple(a.arg for a in arguments.args),
        choices,
        tuple(tables),
        ast.unparse(found[0].returns) if found[0].returns else "",
    )


def _annotation(text):
    return eval(text, vars(typing) | vars(options))
