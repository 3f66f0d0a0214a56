"""From what was made to what is on a page: the templates beside, figures in few colours, surfaces that share one plotly.js."""

import base64
import gzip
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from lossland.report import forest, numbers
from lossland.report.captions import caption

HERE = Path(__file__).parent
FILES = "files"  # the folder beside the pages with what they show and link to
LIBRARY = f"{FILES}/plotly.js"
COLOURS = 128  # of a figure on a page; all of them are in results/figure
LINKS = {"csv": "CSV", "vtu": "mesh for ParaView"}


def page(template, **values) -> bytes:
    return _templates().get_template(template).render(values).encode()


@cache
def _templates():
    found = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True)  # fmt: skip
    found.filters |= {"short": numbers.short, "in_text": numbers.in_text}
    found.globals |= {
        "look": Markup((HERE / "look.css").read_text("utf-8")),
        "surfaces": Markup((HERE / "surfaces.js").read_text("utf-8")),
        "forest": lambda row: Markup(forest.drawn(row)),
    }
    return found


def figure(shown) -> tuple[dict, dict[str, bytes]]:
    """What a template needs of a figure, and the files that it links to."""
    title, text = caption(shown.caption)
    values = {"name": shown.name, "title": title, "text": text, "origin": shown.origin, "kind": "mesh", "links": {}}
    files = {}
    for ending, path in shown.files.items():
        name = f"{FILES}/{shown.name}.{ending}"
        if ending in LINKS:
            files[name] = path.read_bytes()
            values["links"][LINKS[ending]] = name
        if ending == "png":
            files[name], (width, height) = image(path)
            values |= {"kind": "image", "file": name, "width": width // 2, "height": height // 2}
        elif ending == "csv":
            values |= {"kind": "table", "table": table(path)}
        elif ending == "html":
            parts = surface(path.read_text("utf-8"))
            if parts:
                values |= {"kind": "surface", "drawing": Markup(parts["drawing"])}
                files[LIBRARY] = packed(parts["library"])
    return values, files


def image(path) -> tuple[bytes, tuple[int, int]]:
    """A PNG in few colours, a third of its size, and its width and height."""
    with Image.open(path) as opened:
        few = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    kept = BytesIO()
    few.save(kept, "PNG", optimize=True)
    return kept.getvalue(), few.size


def surface(html) -> dict[str, str]:
    """The scripts of the page of a surface by their ids: its `library`, plotly.js, and its `drawing`, JSON."""
    return dict(re.findall(r'<script[^>]* id="(library|drawing)">(.*?)</script>', html, re.S))


def packed(library) -> bytes:
    """A script that holds another, compressed: pages that are opened as files may load scripts, and nothing else."""
    text = base64.b64encode(gzip.compress(library.encode(), mtime=0)).decode()
    return f'window.library="{text}";'.encode()


def table(path) -> dict:
    """Head and rows of a CSV, numbers as text; a column `x` and its `x std` as one of "mean ± spread"."""
    whole = pd.read_csv(path)
    shown = [name for name in whole if not (name.endswith(" std") and name.removesuffix(" std") in whole)]
    shown = [name for name in shown if whole[name].notna().any()]
    columns = [_column(whole, name) for name in shown]
    own = list(whole["source"] == "ours") if "source" in whole else [False] * len(whole)
    rows = [{"own": mine, "cells": cells} for mine, cells in zip(own, zip(*columns, strict=True), strict=True)]
    return {
        "head": [name.replace("_", " ") for name in shown],
        "right": [pd.api.types.is_numeric_dtype(whole[name]) for name in shown],
        "rows": rows,
    }


def _column(whole, name):
    spread = whole.get(f"{name} std")
    if spread is not None:
        return [numbers.with_spread(*pair) for pair in zip(whole[name], spread, strict=True)]
    return [_cell(value) for value in whole[name]]


def _cell(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else numbers.short(value, 4)
