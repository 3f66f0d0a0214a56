"""The minima of a landscape over a path or a plane, and the saddles at which they join; a table made from a `landscape` table.

    persistence = saddle - value        saddle: the height at which the minimum joins a lower one, NaN of the lowest
    SMAD = mean of (first - value)      first: the lowest height at which the minimum joins any other

which is the merge tree of the sets {v <= a}, a from low to high (Chen et al. 2026, arXiv 2602.07135; see
`lossland.statistics.topology`). The neighbours of a point are the eight around it. Of a single minimum `first` is the highest
value, the root of the tree. Points that are not finite are in no such set.

A cut has more minima than the space around it: what it separates may be joined outside.
"""

from typing import Annotated

import numpy as np
import pandas as pd

from lossland.options import NonNegative
from lossland.statistics.tables import one_landscape
from lossland.statistics.topology import joins, neighbours

SCHEMA = {
    "split": "string", "quantity": "string", "index": "int64", "u0": "float64", "u1": "float64", "value": "float64",
    "saddle": "float64", "saddle_u0": "float64", "saddle_u1": "float64", "into": "int64", "first": "float64",
    "edge": "bool_",
}  # fmt: skip
KEY = ["split", "quantity", "index"]


def measure(table: Annotated[pd.DataFrame, "landscape"], *, least: NonNegative = 0.0) -> pd.DataFrame:
    """One row for each minimum, `index` 0 the lowest, which is left out if its persistence is below `least` of the range of all
    values. `into` is the index of the lower minimum that it joins, -1 of one that joins none; it is at the `edge` of what was
    drawn, where the landscape may go on down. Raises ValueError if the table is of several paths or planes."""
    table = one_landscape(table, "topology").sort_values(["u1", "u0"], kind="stable")
    return pd.concat(
        _minima(part, least).assign(split=split, quantity=quantity)
        for (split, quantity), part in table.groupby(["split", "quantity"], sort=False)
    )


def _minima(part, least):
    v, u0, u1 = (part[name].to_numpy() for name in ("value", "u0", "u1"))
    v, n0 = np.where(np.isfinite(v), v, np.inf), part["u0"].nunique()
    first, second = neighbours((len(v) // n0, n0))
    heights = np.maximum(v[first], v[second])
    there = np.isfinite(heights)
    found = joins(v, first[there], second[there], heights[there])
    span = np.ptp(v[np.isfinite(v)]) if np.isfinite(v).any() else 0.0
    rise = found["height"] - v[found["higher"]]
    lasting = (rise > 0) & (rise >= least * span)
    kept = np.isfinite(v)
    kept[found.loc[~lasting, "higher"]] = False
    kept[0] |= not kept.any()
    leaves = kept.nonzero()[0]
    leaves, tree = leaves[np.argsort(v[leaves], kind="stable")], found[lasting]
    index, ends = pd.Series(range(len(leaves)), leaves), tree.set_index("higher").reindex(leaves)
    joined = pd.concat([tree.set_index(end)["height"] for end in ("lower", "higher")]).groupby(level=0).min()
    at = np.where(v[first[there]] >= v[second[there]], first[there], second[there])
    at = pd.Series(at[tree["edge"]], tree["higher"]).reindex(leaves)
    place = lambda u: at.map(dict(enumerate(u))).to_numpy()  # noqa: E731
    row, column = np.divmod(leaves, n0)
    return pd.DataFrame({
        "index": index.to_numpy(), "u0": u0[leaves], "u1": u1[leaves], "value": part["value"].to_numpy()[leaves],
        "saddle": ends["height"].to_numpy(), "saddle_u0": place(u0), "saddle_u1": place(u1),
        "into": ends["lower"].map(index).fillna(-1).astype(int).to_numpy(),
        "first": joined.reindex(leaves).fillna(v[np.isfinite(v)].max() if np.isfinite(v).any() else np.nan).to_numpy(),
        "edge": np.isin(column, (0, n0 - 1)) | (np.isin(row, (0, len(v) // n0 - 1)) & (len(v) > n0)),
    })  # fmt: skip
