"""Fort et al. 2019 (arXiv 1912.02757), section 5: how much networks differ on images of another dataset.

Predictions on images of none of the classes: how much the networks of a set differ, up to the logarithm of their number, and
entropy and confidence of their mean, in nats and as a fraction.

    js = H(mean_m p_m) - mean_m H(p_m)        entropy = H(mean_m p_m)        confidence = max_y of mean_m p_m

Ours first, means over the images, then mean ± standard deviation over sets. The column "from memory, not confirmed" holds
numbers of the paper (MediumCNN, SVHN) that were not found in any source: nothing rests on them.

Differs from the released code in: it compares sets of 5, 10 and 30 networks, ours are of one size.
"""

import pandas as pd

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, pick, spreads

PRINTED, MEMORY = "js, paper", "js, from memory, not confirmed"


def draw(*, outside: Table("outside"), size: Count) -> pd.DataFrame:
    """`size` is how many networks a set has."""
    rows = []
    for label, sets in by_label(pick(outside, size=size, block=0)).items():
        row = {"source": "ours", "images": "", "networks from": label, "networks": size, "sets": len(sets)}
        rows.append(row | spreads({column: sets[column] for column in ("js", "entropy", "confidence")}))
    for one in numbers("fort2019", remembered=True, table="sec5-text", metric="JS_divergence").itertuples():
        row = {"source": one.table, "images": f"{one.arch}, {one.dataset}", "networks from": one.method}
        rows.append(row | {MEMORY if one.status == "from_memory" else PRINTED: one.value})
    return pd.DataFrame(rows)
