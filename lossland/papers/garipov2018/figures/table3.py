"""Garipov et al. 2018 (arXiv 1802.10026), Table 3: perplexities of language models along the segment and the Bezier curve.

perplexity = exp(mean nll); lowest and highest over the path, and for Single over its two ends

Ours are means over the pairs of networks with their standard deviation; the published rows follow as printed.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
Lowest and highest perplexity of LSTM language models along the segment and the Bezier curve between two of them: ours first
(mean ± standard deviation over pairs of networks), then what Table 3 of the paper prints for one pair on Penn Treebank. There
the segment reaches a test perplexity of 616; the curve stays at 84 or below, where the networks themselves have 79.
"""
COLUMNS = [(split, statistic) for split in ("train", "val", "test") for statistic in ("min", "max")]


def draw(*, segment: Table("shape"), bezier: Table("shape")) -> pd.DataFrame:
    ends = segment[["start", "end"]]
    single = segment.assign(min=ends.min(axis=1), max=ends.max(axis=1))
    ours = [("Single", single), ("Segment", segment), ("Bezier", bezier)]
    rows = [{"source": "ours", "curve": name, "runs": table["run"].nunique()} | _ours(table) for name, table in ours]
    return pd.DataFrame(rows + _published())


def _ours(table):
    row = {}
    for split, statistic in COLUMNS:
        perplexity = np.exp(table[(table["split"] == split) & (table["quantity"] == "nll")][statistic])
        row |= spread(f"{split} {statistic}", perplexity)
    return row


def _published():
    rows = []
    for curve, group in numbers("garipov2018", table="Table 3").groupby("method", sort=False):
        value = group.set_index("metric")["value"]
        printed = {f"{split} {statistic}": value[f"{split}_perplexity_{statistic}"] for split, statistic in COLUMNS}
        rows.append({"source": "Table 3", "curve": curve, "runs": 1} | printed)
    return rows
