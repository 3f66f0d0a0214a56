"""What is drawn of `landscape` tables: the panels that titles name, a plane as a rectangle, the network at its centre."""

import numpy as np
import pandas as pd


def parts(table, titles, every_run=False) -> list[tuple[str, pd.DataFrame]]:
    """(title, rows) of each panel, in the order of `titles`, which maps subspaces to titles.

    With `every_run` each instance of a subspace is a panel of its own. Raises ValueError where titles and table do not match.
    """
    there = table["subspace"].unique().tolist()
    if missing := [name for name in there if name not in titles]:
        raise ValueError(f"titles does not name {missing[0]}, of which there is a table; add it, or leave the table out")
    if unknown := [name for name in titles if name not in there]:
        raise ValueError(f"titles names {unknown[0]}, and the tables are of {', '.join(there)}; remove it, or add its table")
    found = [(title, table[table["subspace"] == name]) for name, title in titles.items()]
    if not every_run:
        return found
    return [
        (f"{title}, {run}" if run else title, rows) for title, part in found for run, rows in part.groupby("run", sort=False)
    ]


def first_run(part) -> pd.DataFrame:
    return part[part["run"] == part["run"].iloc[0]]


def sheet(part, split, quantity) -> pd.DataFrame:
    """The grid of one plane, u1 [n1] down and u0 [n0] across. Raises ValueError where `part` has none."""
    rows = part[(part["mark"] == "grid") & (part["split"] == split) & (part["quantity"] == quantity)]
    if rows.empty or rows["u1"].isna().any():
        raise ValueError(f"this needs a landscape over a plane that has {split} {quantity}; {_named(part)} has none")
    return rows.pivot(index="u1", columns="u0", values="value")


def _named(part):
    return ", ".join(part["subspace"].unique()) if "subspace" in part and len(part) else "this table"


def heights(values, highest, logarithmic):
    """`values` cut off at `highest`, NaN where they are not finite; `logarithmic`: log10 of them, from `highest` / 1000 on."""
    low = highest / 1000 if logarithmic else None
    shown = values.where(np.isfinite(values)).clip(lower=low, upper=highest)
    return np.log10(shown) if logarithmic else shown


def quads(shown) -> np.ndarray:
    """The cells [n 4] of a sheet whose four corners are finite, as counter-clockwise positions in its flattened values."""
    rows, columns = shown.shape
    point = np.arange(rows * columns).reshape(rows, columns)
    cells = np.stack([point[:-1, :-1], point[:-1, 1:], point[1:, 1:], point[1:, :-1]], axis=-1).reshape(-1, 4)
    return cells[np.isfinite(shown.to_numpy().ravel()[cells]).all(axis=1)]


def at_centre(part, split, quantity) -> float:
    """The value of the network itself, the mean over runs; NaN where the table marks none."""
    rows = part[(part["mark"] == "centre") & (part["split"] == split) & (part["quantity"] == quantity)]
    return rows["value"].mean(skipna=False) if len(rows) else np.nan


def with_error(title, part) -> str:
    """`title`, and below it the test error of the network, where it was measured."""
    error = at_centre(part, "test", "error")
    return f"{title}\ntest error {100 * error:.2f} %" if np.isfinite(error) else title
