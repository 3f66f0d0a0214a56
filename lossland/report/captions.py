"""Docstrings as captions: paragraphs, `names` as code, what is indented as formulas."""

import inspect

from markupsafe import Markup


def caption(docstring) -> tuple[Markup, Markup]:
    """The title, which is the first paragraph, and all that follows."""
    title, *parts = inspect.cleandoc(docstring or "").split("\n\n")
    rest = [_block(part) for part in parts if part.strip()]
    return _prose(title), Markup("\n").join(rest)


def _block(part):
    if part.startswith("    "):
        return Markup("<pre>{}</pre>").format(inspect.cleandoc(part))
    return Markup("<p>{}</p>").format(_prose(part))


def _prose(text):
    pieces = " ".join(text.split()).split("`")
    marked = [Markup("<code>{}</code>" if i % 2 else "{}").format(piece) for i, piece in enumerate(pieces)]
    return Markup("").join(marked)
