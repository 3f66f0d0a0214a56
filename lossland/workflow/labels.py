"""The names of rows: a table says what was measured in the columns `subspace` (a label) and `run`.

Two experiments may ask for one table under names of their own, so what reads it gives its rows the names that they have
there, in the order in which they are named.
"""

import pandas as pd

NAMES = {"subspace": "string", "run": "string"}


def renamed(tables) -> pd.DataFrame:
    """The rows of (table, entry of a spec) one after another: in the order of the entries' names, and by these."""
    parts = []
    for table, entry in tables:
        if "names" not in entry:
            parts.append(table)
            continue
        rows = dict(list(table.groupby(list(NAMES), sort=False)))
        for theirs, ours in zip(entry.get("rows", entry["names"]), entry["names"], strict=True):
            if tuple(theirs) in rows:  # a table without rows of one of its subspaces is its own affair
                parts.append(rows[tuple(theirs)].assign(**dict(zip(NAMES, ours, strict=True))))
    return pd.concat(parts, ignore_index=True).astype(NAMES)
