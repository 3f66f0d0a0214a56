"""Garipov et al. 2018 (arXiv 1802.10026), section 3: curves with more than one inner bend, as a table.

Curves between the same networks with one and with more inner bends, mean ± standard deviation over pairs of networks. A curve
of more bends can pass wherever one of fewer does, if its training finds the way.

The paper defines Bezier curves and polygonal chains with any number of bends and trains one.
"""

import pandas as pd

from lossland.statistics.tables import Table, by_label, pick, spreads


def draw(*, shapes: Table("shape"), bends: dict) -> pd.DataFrame:
    """`bends` maps each label of `shapes` to its inner bends. Raises ValueError if it lacks one."""
    curves = by_label(shapes)
    if missing := sorted(curves.keys() - bends.keys()):
        raise ValueError(f"bends does not name {', '.join(missing)}; give the number of inner bends of every curve")
    rows = []
    for label, table in curves.items():
        columns = {"length ratio": table.drop_duplicates("run")["ratio"]}
        for name, split, quantity, scale in (("train loss", "train", "loss", 1), ("test error %", "test", "error", 100)):
            part = pick(table, split=split, quantity=quantity)
            columns[f"{name} at the ends"] = scale * part[["start", "end"]].max(axis=1)
            columns |= {f"{name} {statistic}": scale * part[statistic] for statistic in ("int", "max")}
        rows.append({"curve": label, "inner bends": bends[label], "runs": table["run"].nunique()} | spreads(columns))
    return pd.DataFrame(rows)
