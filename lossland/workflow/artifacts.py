"""What is drawn, as the files that people read: images, pages, tables, meshes, the caption and the record of provenance.

A page opens by itself, without a network. Equal drawings are equal bytes.
"""

import inspect
import json
import re
from collections import Counter
from pathlib import Path

import pandas as pd

from lossland.workflow.files import replacing
from lossland.workflow.provenance import notes

# tints by verdict, told apart by any eye; the words say the same
TINTS = {
    "holds": "#cfe3f1", "contradicted": "#f8d3b0", "undecided": "#e8e8e8", "not measurable": "#ffffff",
    "passed": "#e6f2e6", "failed": "#ff9c9c",
}  # fmt: skip
PAGE = {
    "": "font: 13px/1.45 system-ui, sans-serif; border-collapse: collapse; margin: 1.5em; color: #1a1a1a",
    "th": "text-align: left; vertical-align: bottom; border-bottom: 1.5px solid #1a1a1a; padding: .3em .7em",
    "td": "vertical-align: top; border-bottom: 1px solid #dddddd; padding: .3em .7em",
    "td.number": "white-space: nowrap; font-variant-numeric: tabular-nums",
}


def save(paths, drawing, caption, provenance):
    """Write `drawing` and what is read with it, each path by its suffix; `caption` is the docstring of what drew it.

    It is a Figure of matplotlib or plotly, a DataFrame or a Mesh of meshio. The first path is written last, for it says that
    all of them are there.
    """
    text = _told(caption, json.loads(provenance))
    if hasattr(drawing, "savefig"):  # laid out once, not for each format again
        drawing.draw_without_rendering()
        drawing.set_layout_engine("none")
    for path in map(Path, reversed(paths)):
        with replacing(path) as temporary:
            if path.suffix == ".json":
                temporary.write_text(provenance)
            elif path.suffix == ".rst":
                temporary.write_text(text + "\n")
            elif path.suffix == ".csv":
                drawing.to_csv(temporary, index=False)
            elif path.suffix == ".md":
                table = _without_bars(_readable(drawing)).astype(object).where(lambda shown: shown.notna(), None)
                table = table.to_markdown(index=False, floatfmt=".4g", missingval="")
                temporary.write_text(f"{table}\n\n{text}\n".replace("::\n\n", ""))
            elif path.suffix == ".html":
                temporary.write_text(_page(drawing) if isinstance(drawing, pd.DataFrame) else _surface(drawing))
            elif path.suffix == ".vtu":
                drawing.write(temporary)
            else:
                drawing.savefig(temporary, metadata={"Date": None} if path.suffix == ".svg" else None)


def _told(caption, record):
    """The caption, then what the drawing was made from and what a reader must know of that; reStructuredText and Markdown."""
    made = [(*result.split(" ", 1), maker) for maker in record["chain"] for result in maker["results"]]
    kinds = Counter(kind for kind, _, _ in made)
    numbers = [f"{kinds[kind]} {kind}{'s' * (kinds[kind] > 1)}" for kind in ("network", "subspace", "table") if kinds[kind]]
    built = [maker for kind, _, maker in made if kind in ("network", "subspace")]
    devices = ", ".join(sorted({maker["device"] for maker in built}))
    torch = ", ".join(sorted({str(maker["versions"]["torch"]) for maker in built}))
    revision = (record["revision"] or "unknown")[:12]
    origin = f"Made from {', '.join(numbers)}, on {devices} with torch {torch}, at revision {revision}."
    told = [_prose(part) for part in (f"*{origin}*", *notes(record["chain"]))]
    return "\n\n".join([*_paragraphs(caption), *told])


def _paragraphs(docstring):
    """A docstring as reStructuredText and Markdown: its first line in bold, what is indented as a block of code."""
    title, *parts = inspect.cleandoc(docstring or "").split("\n\n")
    shown = [f"**{_escaped(_prose(title))}**"] if title else []
    for part in filter(str.strip, parts):
        shown.append("::\n\n" + part.strip("\n") if part.startswith("    ") else _escaped(_prose(part)))
    return shown


def _prose(text):
    return " ".join(text.split())


def _escaped(text):
    """Prose in which |theta|, theta* and p_ stay what they are, and `names` are code."""
    parts = text.split("`")
    return "``".join(part if i % 2 else re.sub(r"[\\*|_]", r"\\\g<0>", part) for i, part in enumerate(parts))


def _page(table):
    shown = _readable(table).map(lambda v: {True: "yes", False: "no"}.get(v, v) if isinstance(v, bool) else v)
    classes = pd.DataFrame("", shown.index, shown.columns)
    for name, column in shown.items():
        if pd.api.types.is_numeric_dtype(column) or f"{name} std" in table:
            classes[name] = "number"
    short = lambda v: f"{v:.4g}" if isinstance(v, float) else v  # noqa: E731
    page = shown.style.hide(axis="index").format(short, na_rep="", escape="html")
    page = page.format_index(lambda name: name.replace("_", " "), axis="columns")
    styles = [{"selector": selector, "props": props} for selector, props in PAGE.items()]
    page = page.set_table_styles(styles).set_td_classes(classes).set_uuid("table")
    if "verdict" in shown:
        page = page.map(lambda v: f"background-color: {TINTS[v]}; font-weight: 600; white-space: nowrap", subset=["verdict"])
    if "source" in shown:
        page = page.apply(lambda row: ["background-color: #fff6df" if row["source"] == "ours" else ""] * len(row), axis=1)
    return page.to_html(doctype_html=True)


def _surface(figure):
    return figure.to_html(include_plotlyjs=True, div_id="surface", config={"displaylogo": False, "responsive": True})


def _readable(table):
    """A column `x` and its `x std` as one of "mean ± std"."""
    shown = {}
    for name, column in table.items():
        spread = table.get(f"{name} std")
        if spread is not None:
            shown[name] = [_plus_minus(v, s) for v, s in zip(column, spread, strict=True)]
        elif not name.endswith(" std"):
            shown[name] = column
    return pd.DataFrame(shown)


def _plus_minus(value, spread):
    if pd.isna(value):
        return ""
    return f"{value:.4g}" if pd.isna(spread) else f"{value:.3g} ± {spread:.1g}"


def _without_bars(table):
    """Bars that Markdown would take for borders."""
    return table.map(lambda v: v.replace("|", "\\|") if isinstance(v, str) else v)
