"""Garipov et al. 2018 (arXiv 1802.10026), Table 2: the segment, the Bezier curve and the polygonal chain in numbers.

Losses in nats with the decay term, errors in percent, both over the path: min, int (over arc length), mean (over t), max, and
the barrier (above the line between the ends); Single is of its two ends. Ours first (mean ± standard deviation over pairs of
networks), then what the paper and the README of its code print.

In all seven pairs of the paper the curves stay low where the segment does not: the highest train loss is 0.66 to 5.53 on the
segment and at most 0.2 on a curve. Curves are 1.3 to 3.5 times as long as the segment, the Bezier curve always shorter than
the polygonal chain.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, pick, spreads

COLUMNS = {"train loss": ("train", "loss", 1), "train error %": ("train", "error", 100), "test error %": ("test", "error", 100)}
STATISTICS = ("min", "int", "mean", "max", "barrier")


def draw(*, shapes: Table("shape"), networks: list[str] = (), dataset: str = "") -> pd.DataFrame:
    """The ends are those of the first series. `networks` (as printed) and `dataset` choose the published rows; default: all."""
    curves = by_label(shapes)
    first = next(iter(curves.values()))
    ends = first.assign(min=first[["start", "end"]].min(axis=1), max=first[["start", "end"]].max(axis=1))
    curves = {"Single": ends.assign(int=np.nan, mean=np.nan, barrier=np.nan, ratio=np.nan)} | curves
    own = {"source": "ours", "network": f"{networks[0]}, {dataset}" if networks else ""}
    rows = [own | {"curve": label, "runs": table["run"].nunique()} | _ours(table) for label, table in curves.items()]
    return pd.DataFrame(rows + _published(networks, dataset))


def _ours(table):
    parts = {column: (scale, pick(table, split=s, quantity=q)) for column, (s, q, scale) in COLUMNS.items()}
    columns = {f"{column} {name}": scale * part[name] for column, (scale, part) in parts.items() for name in STATISTICS}
    return spreads({"length ratio": table.drop_duplicates("run")["ratio"]} | columns)


def _published(networks, dataset):
    rows = []
    for source in ("Table 2", "README curves"):
        printed = numbers("garipov2018", table=source, arch=networks, dataset=dataset)
        for (data, network, curve), group in printed.groupby(["dataset", "arch", "method"], sort=False):
            value = group.set_index("metric")["value"]
            row = {"source": source, "network": f"{network}, {data}", "curve": curve, "runs": 1}
            row["length ratio"] = value.get("length_ratio", np.nan)
            metrics = {column: column.replace(" ", "_").replace("%", "percent") for column in COLUMNS}
            rows.append(
                row | {f"{c} {name}": value.get(f"{m}_{name}", np.nan) for c, m in metrics.items() for name in STATISTICS}
            )
    return rows
