"""Draxler et al. 2018 (arXiv 1803.00885), Table B.1 and figure 7 beside ours: minima and the saddles between them.

First what is known of the paper, then ours: the train nll of the minima and of the saddles on their minimum spanning tree; how
far the test error rises along the paths of the tree; and how long these are. Bars are ranges over minima and paths, of the
paper what it prints, standard deviations of the nll.

The paper's are the ten ResNet-20 of the released notebook, and the highest rises and the lengths that its text gives.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.papers.beside import drawn, ours, theirs
from lossland.papers.published import numbers
from lossland.statistics.saddle_graph import losses, tree_rows
from lossland.statistics.tables import Table, by_label

LENGTH = "length / that of the segment"


def rows(*, saddles):
    """Rows of both (`papers/beside.py`)."""
    found = [theirs(panel, "", "the paper: CIFAR-10", points) for panel, points in _printed().items()]
    for panel in list(_printed()):
        values = pd.concat(_ours(label, table)[panel] for label, table in by_label(saddles).items())
        found.append(ours(panel, "", values, "x"))
    return pd.concat(found, ignore_index=True)


def draw(*, saddles: Table("saddles")) -> Figure:
    """The paths of a label join one set of minima."""
    return drawn(rows(saddles=saddles))


def _printed():
    own = numbers("draxler2018").set_index("metric")
    nll = own.loc[["train_loss", "saddle_train_loss"]].query("table == 'Evaluate.ipynb'")
    spread = pd.to_numeric(nll["std"])
    rises = own.loc["test_error_pp"].query("dataset == 'CIFAR-10'")
    low, high = own.loc["length_ratio_min", "value"], own.loc["length_ratio_max", "value"]
    return {
        "train nll [nats]": pd.DataFrame({"series": nll["arch"], "x": ["minima", "saddles"], "y": nll["value"],
                                          "low": nll["value"] - spread, "high": nll["value"] + spread}),
        "rise of the test error [points]": pd.DataFrame({"series": rises["arch"], "x": "paths", "y": rises["value"]}),
        LENGTH: pd.DataFrame({"series": ["all deep (ResNet/DenseNet)"], "x": "paths", "low": low, "high": high}),
    }  # fmt: skip


def _ours(label, table):
    """Values of a label: of minima by their number, of paths by their run."""
    minima, tree, error = losses(table), tree_rows(table, "train", "nll"), tree_rows(table, "test", "error")
    rise = 100 * (error["refined"] - error[["value_a", "value_b"]].mean(axis=1))
    return {
        "train nll [nats]": _rows(label, {"minima": minima, "saddles": tree["refined"]}),
        "rise of the test error [points]": _rows(label, {"paths": rise}),
        LENGTH: _rows(label, {"paths": tree["length"] / tree["straight"]}),
    }


def _rows(label, values):
    return pd.concat(
        pd.DataFrame({"subspace": label, "run": range(len(v)), "x": x, "value": v.to_numpy()}) for x, v in values.items()
    )
