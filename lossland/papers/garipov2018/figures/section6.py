"""Garipov et al. 2018 (arXiv 1802.10026), sections 5 and 6: how different the networks of an ensemble are.

Share of the test examples on which two networks disagree, their distance, and the error of each: for independent networks and
for members of one run of FGE or SSE. Ours first (mean ± standard deviation over pairs, of errors over networks), then what the
paper prints; neighbours are networks that a run has kept one after the other.

In the paper (Preactivation-ResNet-164 on CIFAR-100) networks of one FGE run lie close together and are still different: two
independent networks disagree on 19.97 % of the test examples and two of one FGE run on 14.57 %, at distances of about 7 (FGE)
and 40 (SSE), and a single network of an FGE run is half a percent worse than an independent one.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, spreads


def draw(*, independent: Table("disagreement"), runs: Table("disagreement")) -> pd.DataFrame:
    """Pairs of different sources of `independent`, of one source of `runs`. Raises ValueError if there are none."""
    tables = {label: t[~t["same_source"]] for label, t in by_label(independent).items()}
    tables |= {label: t[t["same_source"]] for label, t in by_label(runs).items()}
    for label, table in tables.items():
        if table.empty:
            raise ValueError(f"{label} has no pair to compare; pool independent networks, or runs that keep several networks")
    return pd.DataFrame(
        [{"source": "ours", "network": "", "method": label} | _ours(table) for label, table in tables.items()]
        + [_published(method) for method in ("Ind", "FGE", "SSE")]
    )


def _ours(table):
    ends = [table[["run", end, f"error_{end}"]].set_axis(["run", "index", "error"], axis=1) for end in ("first", "second")]
    columns = {"disagreement %": 100 * table["disagreement"], "distance": table["distance"]}
    beside = table["same_source"] & (table["second"] == table["first"] + 1)
    columns["distance of neighbours"] = table["distance"][beside]
    columns["test error %"] = 100 * pd.concat(ends).drop_duplicates(["run", "index"])["error"]
    return {"pairs": len(table)} | spreads(columns)


def _published(method):
    printed = numbers("garipov2018", arch="ResNet-164").set_index(["table", "method", "metric"])["value"]
    row = {"source": "Sec. 5 and 6", "network": "ResNet-164, CIFAR-100", "method": method}
    row["disagreement %"] = printed.get(("Sec. 6", method, "pairwise_disagreement_percent"), np.nan)
    row["distance"] = printed.get(("Sec. 5", method, "distance_between_snapshots"), np.nan)
    row["test error %"] = 100 - printed.get(("Sec. 6", f"{method} (single net)", "test_accuracy_percent"), np.nan)
    return row
