"""docs/experiments.md: each experiment with its options and the networks it needs, from its signature and docstrings.

`make experiments-page`; a test compares the page with what this writes.
"""

import ast
import re
from pathlib import Path

from lossland.checking import REQUIRED, ConfigError
from lossland.options import Known
from lossland.workflow import plugins
from lossland.workflow.plan import Plan

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# The experiments

This page is made from the signatures and docstrings of `lossland/papers/` by `make experiments-page`; edits of it are lost.

An experiment is one line of a config, `garipov2018/curves: {network: mine}`; with a label after a second slash it can be there
again, with other options. "Seeds" is how many networks each of those named must have at least, with the options as they stand
here; fewer are refused, and the sentence names the option to lower. Types are those of `lossland/options.py`: `Count` is a
whole number from 1 on, `Changes` are entries of a recipe that differ from those of the networks."""
MODEL = {"data": "images", "model": "cnn", "method": "sgd", "recipe": {"epochs": 20, "lr": 0.05}}


def page() -> str:
    """The whole of docs/experiments.md."""
    lines, paper = [HEAD], ""
    for name in plugins.names("experiments"):
        if name.partition("/")[0] != paper:
            paper = name.partition("/")[0]
            lines += ["", f"## {paper}" if paper != "own" else "## own: of no paper"]
        lines += ["", *_section(name)]
    return "\n".join(lines) + "\n"


def _section(name):
    plugin = plugins.plugin("experiments", name)
    function = _function(plugins.find("experiments", name))
    arguments = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    rows = [
        f"| `{a.arg}` | `{_cell(ast.unparse(a.annotation))}` | {'' if d is None else f'`{_cell(ast.unparse(d))}`'} |"
        for a, d in arguments
    ]
    told = [plugin.caption.partition("\n")[0] if "\n\n" not in plugin.caption else plugin.caption.partition("\n\n")[0]]
    told += [text] if (text := ast.get_docstring(function)) else []
    seeds = f"Seeds: {number}." if (number := seeds_of(name)) else ""
    return [f"### {name}", "", "\n\n".join(_escaped(text) for text in told), *["", seeds] * bool(seeds), "",
            "| option | type | default |", "|---|---|---|", *rows]  # fmt: skip


def seeds_of(name) -> int | None:
    """How many seeds its networks must have; None if it takes no networks, or wants what is not known here."""
    options = plugins.plugin("experiments", name).options
    body, task = {}, {}
    for option, (annotation, default) in options.items():
        for known in (part for part in plugins.parts(annotation) if isinstance(part, Known)):
            task |= {"task": known.tasks[0]} if known.tasks else {}
            if known.kind == "network" or default is REQUIRED:
                found = "mine" if known.kind == "network" else "images"
                body[option] = [found] if "list" in str(annotation) else found
    seeds = 1
    while True:
        network = {"mine": MODEL | task | {"seeds": seeds}}
        try:
            Plan({"data": {"images": {"source": "digits"}}, "network": network, "experiments": {name: body}})
        except ConfigError as error:
            wanted = re.search(r"mine has .*seeds: (\d+)", str(error))
            if not wanted or int(wanted[1]) <= seeds:
                return None
            seeds = int(wanted[1])
        else:
            return seeds if any("mine" in value for value in body.values()) else None


def _function(source):
    tree = ast.parse((source.root / source.file).read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == source.function)


def _cell(text):
    return text.replace("|", "\\|")


def _escaped(text):
    return re.sub(r"(?<!`)([<|*])", r"\\\1", text)


if __name__ == "__main__":
    (ROOT / "docs/experiments.md").write_text(page())
