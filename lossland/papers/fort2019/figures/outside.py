"""Fort et al. 2019 (arXiv 1912.02757), section 5: how much networks differ on pictures of another data set, as a table.

    js = H(mean_m p_m) - mean_m H(p_m)        entropy = H(mean_m p_m)        confidence = max_y of mean_m p_m        [nats]

Means over the pictures, then over subsets with their standard deviation. What no source confirms of the paper's numbers
stands in a column of its own. Differs from the released code in: it compares sets of 5, 10 and 30 networks, ours are of one
size.
"""

import pandas as pd

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table, only, parts

CAPTION = """
Predictions on pictures of none of the classes: the Jensen-Shannon divergence is how much the networks of a set differ, up to
the logarithm of their number; entropy and confidence are those of their mean. Ours first, mean ± standard deviation over
sets. The column "from memory, not confirmed" holds numbers of the paper (MediumCNN, SVHN) that were not found in any source:
nothing rests on them.
"""
PRINTED, MEMORY = "js, paper", "js, from memory, not confirmed"


def draw(*, outside: Table("outside"), titles: list[list[str]], size: Count) -> pd.DataFrame:
    """`titles` lists [subspace, label] in the order printed, `size` how many networks a set has.

    js and entropy in nats, confidence as a fraction. Raises ValueError where a subspace has no sets of that size.
    """
    rows = [_ours(label, only(part, "outside", size=size)) for label, part in parts(outside, titles, "outside")]
    printed = numbers("fort2019", remembered=True, table="sec5-text", metric="JS_divergence")
    for one in printed.itertuples():
        row = {"source": one.table, "pictures": f"{one.arch}, {one.dataset}", "networks from": one.method}
        rows.append(row | {MEMORY if one.status == "from_memory" else PRINTED: one.value})
    return pd.DataFrame(rows)


def _ours(label, sets):
    row = {"source": "ours", "pictures": "", "networks from": label, "networks": sets["size"].iloc[0], "sets": len(sets)}
    return row | spread("js", sets["js"]) | spread("entropy", sets["entropy"]) | spread("confidence", sets["confidence"])
