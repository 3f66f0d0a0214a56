"""Garipov et al. 2018 (arXiv 1802.10026), Table 2: the segment, the Bezier curve and the polygonal chain in numbers.

Losses in nats with the decay term, errors in percent, both over the path: min, int (over arc length), mean (over t), max.
Ours are means over the pairs of networks with their standard deviation; the published rows follow as printed.
"""

import pandas as pd

from lossland.published import numbers

COLUMNS = {"train loss": ("train", "loss", 1), "train error %": ("train", "error", 100), "test error %": ("test", "error", 100)}
PRINTED = {"train loss": "train_loss", "train error %": "train_error_percent", "test error %": "test_error_percent"}


def draw(*, segment: pd.DataFrame, bezier: pd.DataFrame, polychain: pd.DataFrame) -> pd.DataFrame:
    """`shape` tables of the three paths."""
    ends = segment.assign(min=segment[["start", "end"]].min(axis=1), max=segment[["start", "end"]].max(axis=1))
    ours = {"Single": ends.assign(int=float("nan"), mean=float("nan"), ratio=float("nan"))}
    ours |= {"Segment": segment, "Bezier": bezier, "Polychain": polychain}
    rows = [{"source": "ours", "network": "", "curve": name} | _ours(table) for name, table in ours.items()]
    return pd.DataFrame(rows + _published())


def _ours(table):
    row = {"runs": table["run"].nunique(), "length ratio": _spread(table.drop_duplicates("run")["ratio"])}
    for column, (split, quantity, scale) in COLUMNS.items():
        part = table[(table["split"] == split) & (table["quantity"] == quantity)]
        for statistic in ("min", "int", "mean", "max"):
            row[f"{column} {statistic}"] = _spread(scale * part[statistic])
    return row


def _spread(values):
    if values.isna().all():
        return ""
    return f"{values.mean():.3g} ± {values.std():.1g}" if len(values) > 1 else f"{values.mean():.3g}"


def _published():
    rows = []
    for source in ("Table 2", "README curves"):
        printed = numbers("garipov2018", table=source)
        for (data, network, curve), group in printed.groupby(["dataset", "arch", "method"], sort=False):
            value = group.set_index("metric")["value"]
            row = {"source": source, "network": f"{network}, {data}", "curve": curve, "runs": 1}
            row["length ratio"] = _number(value.get("length_ratio"))
            for column, metric in PRINTED.items():
                for statistic in ("min", "int", "mean", "max"):
                    row[f"{column} {statistic}"] = _number(value.get(f"{metric}_{statistic}"))
            rows.append(row)
    return rows


def _number(value):
    return "" if value is None or pd.isna(value) else f"{value:g}"
