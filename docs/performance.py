"""docs/performance.md, from what benchmarks have kept in docs/performance.json: `python docs/performance.py`."""

import json
import math
from pathlib import Path

import pandas as pd

DOCS = Path(__file__).resolve().parent
HEAD = """# Performance

This page is made by `make benchmark`, from `docs/performance.json`; edits of it are lost. Both sides of a row do the same work,
in turns, by one thread; times are medians of processor time, for the machine is shared. Above 1, ours takes less. A goal is for
that ratio. What was measured otherwise is among the [measurements](measurements.md)."""
ALIGNED = ["left", "left", "right", "left", "right", "right", "right"]


def page(kept) -> str:
    goals = [row for part in kept.values() for row in part["rows"] if row["goal"] is not None]
    lines = [HEAD, "", f"Of {len(goals)} goals {sum(map(_reached, goals))} are reached."]
    if missing := [name for name in ("training", "surfaces", "hessian", "subspaces", "jobs") if name not in kept]:
        lines += ["", f"Not measured yet: {', '.join(missing)}."]
    for name, part in kept.items():
        versions = ", ".join(f"{name} {version}" for name, version in part["versions"].items())
        left = f" Left out, as not installed: {', '.join(part['left out'])}." if part["left out"] else ""
        shown = pd.DataFrame([_shown(row) for row in part["rows"]])
        lines += ["", f"## {part['title']}{' (GPU)' if name.endswith('GPU') else ''}", "", part["text"], ""]
        lines += [f"{part['machine']}, {part['date']}, {part['minutes']:.0f} minutes; {versions}.{left}", ""]
        lines += [shown.to_markdown(index=False, disable_numparse=True, colalign=ALIGNED)]
    return "\n".join([*lines, ""])


def _ratio(row):
    """NaN if they cannot do it at all."""
    if row["theirs"] is None:
        return math.nan
    return row["theirs"] / row["ours"] if row["ours"] else 1.0 if row["theirs"] == 0 else math.inf


def _reached(row):
    return not _ratio(row) < row["goal"]


def _shown(row):
    goal = "" if row["goal"] is None else f"{row['goal']:g}" if _reached(row) else f"**{row['goal']:g}: missed**"
    told = {"work": row["work"], "in": row["unit"], "ours": f"{row['ours']:.3g}", "against": row["against"]}
    if row["theirs"] is None:
        return told | {"theirs": "no setting", "theirs / ours": "", "goal": goal}
    return told | {"theirs": f"{row['theirs']:.3g}", "theirs / ours": f"{_ratio(row):.2f}", "goal": goal}


if __name__ == "__main__":
    (DOCS / "performance.md").write_text(page(json.loads((DOCS / "performance.json").read_text())))
