"""Draxler et al. 2018 (arXiv 1803.00885), Table B.1: loss and error of the minima and of the saddles, by architecture.

    minima: over the networks        saddles: over the edges of the minimum spanning tree of the train nll
    rise = highest over those edges of (saddle - mean of its two minima), of the test error

Ours first (mean ± standard deviation; nll in nats, errors in percent), then what is published. A saddle of an error is the
highest error on the path.

The published rows are those of the evaluation notebook, with ten ResNet-20 and the nine edges of their tree, and of the
paper's prose; the columns of its own table are not known to us. In the paper's deep networks the test error rises along the
paths by at most 0.5 points on CIFAR-10 and 2.2 on CIFAR-100 (its appendix says 0.7 and 2.9 of ResNets).
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.saddle_graph import losses, tree_rows
from lossland.statistics.tables import Table, by_label, spreads

COLUMNS = {"train nll": ("train", "nll", 1), "train error %": ("train", "error", 100),
           "test nll": ("test", "nll", 1), "test error %": ("test", "error", 100)}  # fmt: skip
RISE = "highest rise of the test error, points"
PRINTED = {"train_loss": "train nll, minima", "saddle_train_loss": "train nll, saddles", "test_error_pp": RISE}


def draw(*, saddles: Table("saddles"), dataset: str) -> pd.DataFrame:
    """A row for each label, whose paths join one set of minima; `dataset` names what they were trained on."""
    rows = [_ours(label, table) | {"data": dataset} for label, table in by_label(saddles).items()]
    return pd.DataFrame(rows + _published())


def _ours(label, table):
    columns = {}
    for name, (split, quantity, scale) in COLUMNS.items():
        columns[f"{name}, minima"] = scale * losses(table, split, quantity)
        columns[f"{name}, saddles"] = scale * tree_rows(table, split, quantity)["refined"]
    tree = tree_rows(table, "test", "error")
    row = {"source": "ours", "network": label, "data": "", "minima": len(losses(table)), "saddles": len(tree)}
    return row | spreads(columns) | {RISE: 100 * (tree["refined"] - tree[["value_a", "value_b"]].mean(axis=1)).max()}


def _published():
    printed = numbers("draxler2018", table=["Evaluate.ipynb", "sec4.3", "appB"], metric=list(PRINTED))
    rows = []
    for (table, arch, data), group in printed.groupby(["table", "arch", "dataset"], sort=False):
        row = {"source": f"{table} ({group['status'].iloc[0]})", "network": arch, "data": data}
        for one in group.itertuples():
            row[PRINTED[one.metric]] = one.value
            if one.std == one.std:
                row[f"{PRINTED[one.metric]} std"] = float(one.std)
        rows.append(row)
    return rows
