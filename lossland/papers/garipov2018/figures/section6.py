"""Garipov et al. 2018 (arXiv 1802.10026), sections 5 and 6: how different the networks of an ensemble are.

Share of the test examples on which two networks disagree, their distance, and the error of each alone: for independent
networks, members of one FGE run and members of one SSE run. Ours are means over pairs (errors: over networks) of all runs
with their standard deviation; neighbours are networks that a run has kept one after the other.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table

CAPTION = """
Networks of one FGE run lie close together and are still different: ours first (mean ± standard deviation over pairs), then
what the paper prints for Preactivation-ResNet-164 on CIFAR-100. There two independent networks disagree on 19.97 % of the
test examples and two of one FGE run on 14.57 %, at distances of about 7 (FGE) and 40 (SSE), and a single network of an FGE
run is half a percent worse than an independent one.
"""
METHODS = {"ind": "Ind", "fge": "FGE", "sse": "SSE"}


def draw(
    *,
    ind: Table("disagreement"),
    fge: Table("disagreement"),
    sse: Table("disagreement"),
) -> pd.DataFrame:
    """Pairs from different sources of `ind`, from the same source of `fge` and `sse`. Raises ValueError without any."""
    pairs = {"ind": ind[~ind["same_source"]], "fge": fge[fge["same_source"]], "sse": sse[sse["same_source"]]}
    for method, table in pairs.items():
        if table.empty:
            remedy = "pool independent networks" if method == "ind" else "name runs that keep several networks"
            raise ValueError(f"garipov2018_section6.{method} has no pair to compare; {remedy}")
    return pd.DataFrame([_ours(method, table) for method, table in pairs.items()] + [_published(m) for m in METHODS.values()])


def _ours(method, table):
    beside = table[table["second"] == table["first"] + 1] if method != "ind" else table[:0]
    row = {"source": "ours", "network": "", "method": METHODS[method], "pairs": len(table)}
    row |= spread("disagreement %", 100 * table["disagreement"]) | spread("distance", table["distance"])
    row |= spread("distance of neighbours", beside["distance"])
    ends = [table[["run", end, f"error_{end}"]].set_axis(["run", "index", "error"], axis=1) for end in ("first", "second")]
    return row | spread("test error %", 100 * pd.concat(ends).drop_duplicates(["run", "index"])["error"])


def _published(method):
    printed = numbers("garipov2018", arch="ResNet-164").set_index(["table", "method", "metric"])["value"]
    row = {"source": "Sec. 5 and 6", "network": "ResNet-164, CIFAR-100", "method": method}
    row["disagreement %"] = printed.get(("Sec. 6", method, "pairwise_disagreement_percent"), np.nan)
    row["distance"] = printed.get(("Sec. 5", method, "distance_between_snapshots"), np.nan)
    row["test error %"] = 100 - printed.get(("Sec. 6", f"{method} (single net)", "test_accuracy_percent"), np.nan)
    return row
