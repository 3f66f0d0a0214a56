"""Draxler et al. 2018 (arXiv 1803.00885), Table B.1: loss and error of the minima and of the saddles, by architecture.

    minima: over the networks        saddles: over the edges of the minimum spanning tree of the train nll
    rise = highest over those edges of (saddle - mean of its two minima), of the test error

Means with standard deviations. A saddle of an error is the highest error on the path. The published rows are those of the
evaluation notebook and of the paper's prose; the columns of the paper's own table are not known to us.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.saddle_graph import losses, tree_rows
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table, pooled

CAPTION = """
Minima and the saddles of the best paths between them, ours first, then what is published. In the paper's deep networks the
test error rises along the paths by at most 0.5 points on CIFAR-10 and 2.2 on CIFAR-100 (its appendix says 0.7 and 2.9 of
ResNets). The notebook of the released code has ten ResNet-20 and the nine edges of their minimum spanning tree.
"""
COLUMNS = [("train", "nll", 1, "train nll"), ("train", "error", 100, "train error %"), ("test", "nll", 1, "test nll"),
           ("test", "error", 100, "test error %")]  # fmt: skip
RISE = "highest rise of the test error, points"
PRINTED = {"train_loss": "train nll, minima", "saddle_train_loss": "train nll, saddles", "test_error_pp": RISE}


def draw(*, saddles: Table("saddles"), titles: list[list[str]], data: str) -> pd.DataFrame:
    """`titles` lists [band, title] in the order printed; bands of one title are of one architecture, and their paths join one
    set of minima. `data` names what they were trained on.

    nll in nats, errors in percent. Raises ValueError where a band has no rows.
    """
    rows = [_ours(title, table, data) for title, table in pooled(saddles, titles, "saddles").items()]
    return pd.DataFrame(rows + _published())


def _ours(title, table, data):
    row = {"source": "ours", "network": title, "data": data}
    row |= {"minima": len(losses(table)), "saddles": len(tree_rows(table, "train", "nll"))}
    for split, quantity, scale, label in COLUMNS:
        row |= spread(f"{label}, minima", scale * losses(table, split, quantity))
        row |= spread(f"{label}, saddles", scale * tree_rows(table, split, quantity)["refined"])
    tree = tree_rows(table, "test", "error")
    return row | {RISE: 100 * (tree["refined"] - tree[["value_a", "value_b"]].mean(axis=1)).max()}


def _published():
    printed = numbers("draxler2018", table=["Evaluate.ipynb", "sec4.3", "appB"], metric=list(PRINTED)).dropna(subset="value")
    rows = []
    for (table, arch, data), group in printed.groupby(["table", "arch", "dataset"], sort=False):
        row = {"source": f"{table} ({group['status'].iloc[0]})", "network": arch, "data": data}
        for one in group.itertuples():
            row |= {PRINTED[one.metric]: one.value} | (
                {f"{PRINTED[one.metric]} std": float(one.std)} if one.std == one.std else {}
            )
        rows.append(row)
    return rows
