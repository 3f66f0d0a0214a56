"""Fort et al. 2019 (arXiv 1912.02757), figures 2, 3 and 7 beside ours: ensembles, independent networks, one training.

First a re-implementation of the paper, whose three networks (with a star) have other layers than the paper's, trained for 40
epochs on CIFAR-10; then ours: the test accuracy of ensembles by size, and disagreement and cosine of independent networks; or
both of the snapshots of one training with its end, against the share of the training. Bars and bands are ranges.

The paper's own figures show its SmallCNN (about 64 % as remembered, not confirmed); its numbers were not released.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.papers.beside import counted, drawn, ours, theirs
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, derived, latest, pick

PRINTED = "a re-implementation: CIFAR-10"
PANELS = {"disagreement": ("disagreement [%]", 100), "cosine": ("cosine of weights", 1)}
APART, DURING = "independent networks", "share of the training"


def rows(*, disagreement, cosine, ensembles=None):
    """Rows of both (`papers/beside.py`)."""
    printed, found = numbers("fort2019", table="reimpl-ayulockin"), []
    if ensembles is not None:
        size = printed[printed["method"] == "deep ensemble"]
        axes = "test accuracy [%]", "networks"
        found = [theirs(*axes, PRINTED, counted(size, "arch", 100)),
                 ours(*axes, derived(pick(ensembles, split="test")), "size", "accuracy", 100)]  # fmt: skip
    for quantity, table in (("disagreement", pick(disagreement, split="test")), ("cosine", pick(cosine, group="weights"))):
        (panel, scale), apart = PANELS[quantity], table[~table["same_source"]]
        along = DURING if apart.empty else ""
        found.append(theirs(panel, along, PRINTED, (_course if apart.empty else _apart)(printed, quantity, scale)))
        found.append(ours(panel, along, _to_the_end(table) if apart.empty else _pairs(apart), "x", quantity, scale))
    return pd.concat(found, ignore_index=True)


def draw(*, disagreement: Table("disagreement"), cosine: Table("cosine"), ensembles: Table("ensemble") | None = None) -> Figure:
    """`disagreement` and `cosine` are of pools of independent networks, or of trajectories."""
    return drawn(rows(disagreement=disagreement, cosine=cosine, ensembles=ensembles))


def _pairs(apart):
    """Each pair by itself, as the ranges that are printed are over pairs."""
    return apart.assign(run=apart.index, x=APART)


def _to_the_end(table):
    last = latest(table, "second")
    return last.assign(x=last["epoch_first"] / last["epoch_second"])


def _apart(printed, quantity, scale):
    rows = printed[printed["method"] == "independent inits (10)"]
    wide = rows.pivot(index="arch", columns="metric", values="value").reset_index()
    low, high = (wide.get(f"{quantity}_{end}") for end in ("min", "max"))
    if low is None:  # of cosines only the highest of one network is printed
        low = high = pd.Series(float("nan"), wide.index)
    return pd.DataFrame(
        {"series": wide["arch"], "x": APART, "y": scale * wide[quantity], "low": scale * low, "high": scale * high}
    )


def _course(printed, quantity, scale):
    rows = printed[(printed["method"] == "one trajectory") & (printed["metric"] == quantity)]
    epochs = rows["setting"].str.extract(r"epoch (\d+) vs epoch (\d+)").astype(float)
    return pd.DataFrame({"series": rows["arch"], "x": epochs[0] / epochs[1], "y": scale * rows["value"]}).sort_values("x")
