"""Garipov et al. 2018 (arXiv 1802.10026), section 3: curves with more than one inner bend, as a table.

The paper defines Bezier curves and polygonal chains with any number of bends and trains one; here are the others beside it.
"""

import pandas as pd

from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
Curves between the same networks with one and with more inner bends, mean ± standard deviation over pairs of networks. A
curve of more bends can pass wherever one of fewer does, if its training finds the way. The paper trains curves of one bend
alone, and states that any number can be had.
"""
QUANTITIES = {"train loss": ("train", "loss", 1), "test error %": ("test", "error", 100)}


def draw(*, curves: Table("shape"), bends: dict) -> pd.DataFrame:
    """`curves` are the shapes of several stanzas; `bends` maps each of their subspaces to its inner bends.

    Raises ValueError where a subspace is missing.
    """
    if missing := sorted(set(curves["subspace"]) - set(bends)):
        raise ValueError(f"bends does not name {', '.join(missing)}; give the number of inner bends of every curve")
    rows = []
    for name, inner in bends.items():
        table = curves[curves["subspace"] == name]
        lengths = table.drop_duplicates("run")["ratio"]
        row = {"curve": name, "inner bends": inner, "runs": table["run"].nunique()} | spread("length ratio", lengths)
        for label, (split, quantity, scale) in QUANTITIES.items():
            part = table[(table["split"] == split) & (table["quantity"] == quantity)]
            ends = part[["start", "end"]].max(axis=1)
            row |= spread(f"{label} at the ends", scale * ends) | spread(f"{label} int", scale * part["int"])
            row |= spread(f"{label} max", scale * part["max"])
        rows.append(row)
    return pd.DataFrame(rows)
