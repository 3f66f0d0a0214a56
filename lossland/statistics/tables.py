"""Selecting from tables, for figures and claims: rows, series, runs, planes.

In a table that a figure or a claim gets, `subspace` holds the label that the experiment gave a series, `run` the run of it,
and rows come in the order in which the experiment listed the series.
"""

import re
from itertools import combinations
from typing import Annotated

import numpy as np
import pandas as pd

from lossland.statistics.diversity_limits import over_error

# train errors; what is said of trained networks is not measured on one that has it, or more
UNTRAINED = 0.1  # those that the papers print of networks they call trained are up to 0.09
# the same of claims about networks that are too small for their data, by these: the papers' smallest err on a third of CIFAR-10
HARD = {"cifar10": 0.4, "cifar100": 0.4, "imagenet": 0.4}
SHARES = np.linspace(0, 1, 101)  # of the length of a path, where paths are compared


def Table(probe):
    """The annotation of a parameter that takes tables of `probe`."""
    return Annotated[pd.DataFrame, probe]


def pick(table, **columns) -> pd.DataFrame:
    """The rows whose columns have these values; a list is any of its values. Raises ValueError if there are none."""
    for name, value in columns.items():
        rows = table[table[name].isin(value if isinstance(value, list) else [value])]
        if rows.empty:
            raise ValueError(
                f"there are no rows of {name} {value}{_of(table)}, only of {_listed(table[name])}; measure that too"
            )
        table = rows
    return table


def by_label(table) -> dict[str, pd.DataFrame]:
    """label -> rows of each series, in the order of the experiment. Raises ValueError if the table is empty."""
    if table.empty:
        raise ValueError("a table is empty; name one with rows")
    return dict(list(table.groupby("subspace", sort=False)))


def one_run(table) -> pd.DataFrame:
    """The rows of the first run, if a mean over runs would mean nothing."""
    return pick(table, run=table["run"].iloc[0])


def latest(table, column="index", by=("subspace", "run")) -> pd.DataFrame:
    """The rows of each training, or whatever `by` tells apart, that are last by `column`."""
    return table[table[column] == table.groupby(list(by))[column].transform("max")]


def _of(table):
    labels = table["subspace"].unique() if "subspace" in table else []
    return f" in {', '.join(labels)}" if 0 < len(labels) < 4 else ""


def _listed(values):
    return ", ".join(repr(value) if value == "" else str(value) for value in pd.unique(values)) or "none"


def splits_of(table) -> list[str]:
    """The splits that a table has, train first."""
    return [split for split in ("train", "val", "test") if split in set(table["split"])]


def quantities_of(table) -> list[str]:
    """The quantities that a `landscape` table has: nll, or loss in its place if all have one decay, then error, then others."""
    found = dict.fromkeys(table["quantity"])
    if {"loss", "nll"} <= set(found):
        loss, nll = (table[table["quantity"] == name].reset_index() for name in ("loss", "nll"))
        decay = loss["value"] - nll["value"]
        rates = decay / loss.get("l2", decay)  # losses of two decays are not comparable
        del found["nll" if decay.any() and np.isclose(rates.min(), rates.max(), rtol=1e-3, atol=0) else "loss"]
    return sorted(found, key=lambda name: ["nll", "loss", "error", name].index(name))


def spreads(columns) -> dict[str, float]:
    """name -> values as columns of a table, `name` and `name std`, the mean and the standard deviation (n - 1) over runs.

    Readers see mean ± standard deviation.
    """
    return {key: value for name, v in columns.items() for key, value in ((name, v.mean()), (f"{name} std", v.std()))}


def plane(table, split, quantity) -> pd.DataFrame:
    """`value` on the grid of one plane of a `landscape` table, u1 [n1] down and u0 [n0] across."""
    return rectangle(
        pick(table, mark="grid", split=split, quantity=quantity), "value", f"{split} {quantity} of {table['subspace'].iloc[0]}"
    )


def one_landscape(table, probe) -> pd.DataFrame:
    """The grid of a `landscape` table that a `probe` condenses. Raises ValueError if it is of several paths or planes."""
    table = table[table["mark"] == "grid"]
    if table.duplicated(["index", "split", "quantity"]).any():
        raise ValueError(f"{probe} condenses one path or plane, and the rows are of several; measure one at a time")
    return table


def where(table, **columns) -> pd.DataFrame:
    """The rows whose columns have these values."""
    for name, value in columns.items():
        table = table[table[name] == value]
    return table


def risen(rows) -> pd.DataFrame:
    """Rows of `saddles` tables with `rise`: the highest value found on a path, refined, on other than training data without the
    luck of a maximum, above the mean of its ends."""
    top = rows["refined"].where(rows["split"] == "train", rows["fair"])
    return rows.assign(rise=top - (rows["value_a"] + rows["value_b"]) / 2)


def matrix(pairs, value, same) -> np.ndarray:
    """Column `value` of the pairs first < second of one set as a symmetric [n n], with `same` on its diagonal."""
    made = np.diag(np.full(pairs["second"].max() + 1, float(same)))
    made[pairs["first"], pairs["second"]] = made[pairs["second"], pairs["first"]] = pairs[value]
    return made


def derived(table) -> pd.DataFrame:
    """With accuracy = 1 - error, and if it has disagreements diversity, disagreement / error: of pairs the mean of both."""
    if "error" not in table:
        table = table.assign(error=(table["error_first"] + table["error_second"]) / 2)
    table = table.assign(accuracy=1 - table["error"])
    return table.assign(diversity=over_error(table["disagreement"], table["error"])) if "disagreement" in table else table


def rectangle(points, value, named) -> pd.DataFrame:
    """Column `value` of the points of one plane, u1 [n1] down and u0 [n0] across. Raises ValueError if they are none."""
    if points.empty or points["u1"].isna().any():
        raise ValueError(f"this needs a plane, and there is none with {named}; measure it over two directions")
    return points.pivot(index="u1", columns="u0", values=value)


def shares(path) -> pd.Series:
    """How far along each path its points lie, as a share of its own length. Raises ValueError if a path has no length."""
    arc = path.groupby(["subspace", "run"])["arc"]
    if path["arc"].isna().any() or not (arc.transform("max") > 0).all():
        raise ValueError(f"{path['subspace'].iloc[0]} is no path with a length; name a line, a curve or a chain")
    return path["arc"] / arc.transform("max")


def resampled(path, column, at=SHARES) -> pd.DataFrame:
    """`column` of one path at the shares `at` of its length [n], those of the column `share` if it has one; a column for each
    run [n r]."""
    path = path if "share" in path else path.assign(share=shares(path))
    runs = path.sort_values("share").groupby("run", sort=False)
    return pd.DataFrame({run: np.interp(at, rows["share"], rows[column]) for run, rows in runs}, index=at)


def beside(x, n, reach) -> np.ndarray:
    """Where n dots stand beside each other about `x`, at most `reach` away [n]."""
    return x + reach * (2 * np.arange(n) + 1 - n) / n


def signed(values) -> bool:
    """Whether some of `values` lie below zero: then they are not drawn in logarithms, where these would be a flat floor."""
    return bool((np.asarray(values, float) < 0).any())


def cut(values, highest, logarithmic):
    """`values` cut off at `highest`, and where they are to be `logarithmic` at `highest` / 1000; NaN where not finite."""
    return values.where(np.isfinite(values)).clip(highest / 1000 if logarithmic else None, highest)


def heights(values, highest, logarithmic):
    """`values` cut off, or log10 of them."""
    shown = cut(values, highest, logarithmic)
    return np.log10(shown) if logarithmic else shown


def quads(shown) -> np.ndarray:
    """The cells [n 4] of a sheet whose four corners are finite, as counter-clockwise positions in its flattened values."""
    rows, columns = shown.shape
    point = np.arange(rows * columns).reshape(rows, columns)
    cells = np.stack([point[:-1, :-1], point[:-1, 1:], point[1:, 1:], point[1:, :-1]], axis=-1).reshape(-1, 4)
    return cells[np.isfinite(shown.to_numpy().ravel()[cells]).all(axis=1)]


def at_centre(part, split, quantity) -> float:
    """The value of the network itself, the mean over runs; NaN where the table marks none."""
    rows = where(part, mark="centre", split=split, quantity=quantity)
    return rows["value"].mean(skipna=False) if len(rows) else np.nan


def with_error(title, part) -> str:
    """`title`, and below it the test error of the network, if it was measured, and what `untrained` and `interpolated` say."""
    test, train = (at_centre(part, split, "error") for split in ("test", "train"))
    said = f"test error {100 * test:.2f} %" if np.isfinite(test) else ""
    return noted(title, said, untrained(train), interpolated(part))


def noted(title, *said) -> str:
    """`title`, and below it what is said, if anything, in a line each."""
    return "\n".join(filter(None, [title, *said]))


def interpolated(table) -> str:
    """What a figure says of a `landscape` table whose plane was not measured at every point; nothing of others."""
    measured = where(table, mark="grid")["within"].eq(0)
    return "" if measured.all() or table["within"].isna().any() else f"{measured.mean():.0%} of points measured"


def untrained(error) -> str:
    """What a figure says of a network whose train error is that of no trained one; nothing of others."""
    return f"train error {100 * error:.0f} %" if error >= UNTRAINED else ""


def of_ends(paths) -> float:
    """The largest train error of the networks that paths of `landscape` tables go from and to."""
    rows = pick(paths, mark="grid", split="train", quantity="error", u0=[0, 1])
    return rows["value"].max(skipna=False)


def corners(part, named) -> tuple[np.ndarray, np.ndarray]:
    """(x [3], y [3]) of the vertices of a face in its plane. Raises ValueError if three are not marked."""
    points = where(part, mark="spanning").drop_duplicates("index").sort_values("index")
    if len(points) != 3:
        raise ValueError(f"{named} marks {len(points)} vertices, and a face has three; measure a subspace of method face")
    return points["u0"].to_numpy(), points["u1"].to_numpy()


def cube(table) -> tuple[np.ndarray, np.ndarray]:
    """(lowest x, y, z, highest x, y, z) of a cube around all points, with a margin; one of side 2 around equal points."""
    points = table[["x", "y", "z"]].to_numpy()
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.53 * (high - low).max() or 1.0
    return (low + high) / 2 - half, (low + high) / 2 + half


def cliques(vertices, size) -> list[tuple[int, ...]]:
    """The edges (`size` 2) or faces (3) of the simplexes of a complex, each once, as positions in its `vertices` table."""
    members = {}
    for position, numbers in enumerate(vertices["simplexes"]):
        for number in re.findall(r"\d+", numbers):
            members.setdefault(number, []).append(position)
    return sorted({found for simplex in members.values() for found in combinations(simplex, size)})
