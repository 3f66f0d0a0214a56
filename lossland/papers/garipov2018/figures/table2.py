"""Garipov et al. 2018 (arXiv 1802.10026), Table 2: the segment, the Bezier curve and the polygonal chain in numbers.

Losses in nats with the decay term, errors in percent, both over the path: min, int (over arc length), mean (over t), max.
Ours are means over the pairs of networks with their standard deviation; the published rows follow as printed.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
Lowest, average and highest values along the segment and the two curves: ours first (mean ± standard deviation over pairs
of networks), then what Table 2 of the paper and the README of its code print. In all seven pairs of the paper the curves
stay low where the segment does not: the highest train loss is 0.66 to 5.53 on the segment and at most 0.2 on a curve.
Curves are 1.3 to 3.5 times as long as the segment, the Bezier curve always shorter than the polygonal chain.
"""
COLUMNS = {"train loss": ("train", "loss", 1), "train error %": ("train", "error", 100), "test error %": ("test", "error", 100)}
STATISTICS = ("min", "int", "mean", "max")
PRINTED = {"train loss": "train_loss", "train error %": "train_error_percent", "test error %": "test_error_percent"}


def draw(
    *,
    segment: Table("shape"),
    bezier: Table("shape"),
    polychain: Table("shape"),
    networks: list[str] = (),
    dataset: str = "",
) -> pd.DataFrame:
    """`networks` (as the paper's tables and the README write them) and `dataset` choose the published rows; default: all."""
    ends = segment.assign(min=segment[["start", "end"]].min(axis=1), max=segment[["start", "end"]].max(axis=1))
    ours = {"Single": ends.assign(int=np.nan, mean=np.nan, ratio=np.nan)}
    ours |= {"Segment": segment, "Bezier": bezier, "Polychain": polychain}
    network = f"{networks[0]}, {dataset}" if networks else ""
    rows = [{"source": "ours", "network": network, "curve": name} | _ours(table) for name, table in ours.items()]
    return pd.DataFrame(rows + _published(networks, dataset))


def _ours(table):
    row = {"runs": table["run"].nunique()} | spread("length ratio", table.drop_duplicates("run")["ratio"])
    for column, (split, quantity, scale) in COLUMNS.items():
        part = table[(table["split"] == split) & (table["quantity"] == quantity)]
        for statistic in STATISTICS:
            row |= spread(f"{column} {statistic}", scale * part[statistic])
    return row


def _published(networks, dataset):
    rows = []
    for source in ("Table 2", "README curves"):
        printed = numbers("garipov2018", table=source, arch=networks, dataset=dataset)
        for (data, network, curve), group in printed.groupby(["dataset", "arch", "method"], sort=False):
            value = group.set_index("metric")["value"]
            row = {"source": source, "network": f"{network}, {data}", "curve": curve, "runs": 1}
            row["length ratio"] = value.get("length_ratio", np.nan)
            for column, metric in PRINTED.items():
                row |= {f"{column} {statistic}": value.get(f"{metric}_{statistic}", np.nan) for statistic in STATISTICS}
            rows.append(row)
    return rows
