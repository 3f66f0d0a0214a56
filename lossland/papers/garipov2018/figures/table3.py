"""Garipov et al. 2018 (arXiv 1802.10026), Table 3: perplexities of language models along the segment and the Bezier curve.

    perplexity = exp(mean nll)

Lowest and highest over the path, and for Single over its two ends. Ours first (mean ± standard deviation over pairs of
networks), then what the paper prints for one pair of LSTM language models on Penn Treebank.

There the segment reaches a test perplexity of 616; the curve stays at 84 or below, where the networks themselves have 79.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, pick, spreads

COLUMNS = [(split, statistic) for split in ("train", "val", "test") for statistic in ("min", "max")]


def draw(*, shapes: Table("shape")) -> pd.DataFrame:
    """The ends are those of the first series."""
    curves = by_label(shapes)
    first = next(iter(curves.values()))
    ends = first[["start", "end"]]
    curves = {"Single": first.assign(min=ends.min(axis=1), max=ends.max(axis=1))} | curves
    ours = [{"source": "ours", "curve": label, "runs": t["run"].nunique()} | _ours(t) for label, t in curves.items()]
    return pd.DataFrame(ours + _published())


def _ours(table):
    return spreads({f"{s} {name}": np.exp(pick(table, split=s, quantity="nll")[name]) for s, name in COLUMNS})


def _published():
    rows = []
    for curve, group in numbers("garipov2018", table="Table 3").groupby("method", sort=False):
        value = group.set_index("metric")["value"]
        printed = {f"{split} {statistic}": value[f"{split}_perplexity_{statistic}"] for split, statistic in COLUMNS}
        rows.append({"source": "Table 3", "curve": curve, "runs": 1} | printed)
    return rows
