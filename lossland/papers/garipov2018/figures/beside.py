"""Garipov et al. 2018 (arXiv 1802.10026), figures 2 and 6 and Table 1 beside ours: along paths, and ensembles by budget.

First what the paper shows, then ours: along the segment and two trained curves from network to network the train loss, the
test error, the test error of theta(0) and theta(t) together, and on the chain the test nll, also at a temperature fitted to
each network; or the test errors of independent networks (Ind), snapshot ensembles (SSE) and fast geometric ensembles (FGE) at
budgets of one, two and three trainings. Bands and bars are ranges.

The curves of the paper are those of a Preactivation-ResNet-164 on CIFAR-100, digitised.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.papers.beside import counted, drawn, ours, theirs
from lossland.papers.published import curves, numbers
from lossland.statistics.tables import Table, pick

PRINTED = "the paper: ResNet-164, CIFAR-100"
ALONG = {  # digitised curve -> panel, and which rows of ours
    "fig2_left_train_loss": ("train loss [nats]", {"split": "train", "quantity": "loss"}),
    "fig2_middle_test_error": ("test error [%]", {"split": "test", "quantity": "error"}),
}

SCALED = {"alone": "no scaling", "scaled": "T-scaling"}


def rows(*, heights=None, pairs=None, budgets=None):
    """Rows of both (`papers/beside.py`)."""
    found = []
    if heights is not None:
        for curve, (panel, which) in ALONG.items():
            found += _along(curve, panel, pick(heights, mark="grid", **which), 100 if "%" in panel else 1)
        both = pick(pairs, split="test", member="with start", quantity="error")
        found += _along("fig2_right_ensemble_test_error", "test error of both [%]", both, 100)
        alone = pick(pairs, split="test", quantity="nll", subspace="chain", member=list(SCALED))
        alone = alone.assign(subspace=alone["member"].map(SCALED))
        found += _along("fig6_test_cross_entropy", "test nll on the chain [nats]", alone, 1)
    if budgets is not None:
        panel, along = "test error [%]", "budget"
        for arch, data in (("VGG-16", "CIFAR-10"), ("ResNet-164", "CIFAR-100")):
            printed = numbers("garipov2018", table="Table 1", arch=arch, dataset=data)
            found.append(theirs(panel, along, f"the paper: {arch}, {data}", counted(printed)))
        found.append(ours(panel, along, pick(budgets, split="test", size=[1, 2, 3]), "size", "error", 100))
    return pd.concat(found, ignore_index=True)


def draw(
    *,
    heights: Table("landscape") | None = None,
    pairs: Table("path_ensemble") | None = None,
    budgets: Table("ensemble") | None = None,
) -> Figure:
    """Paths, `heights` and `pairs`, or `budgets`, measured `by: source`, one source a run."""
    return drawn(rows(heights=heights, pairs=pairs, budgets=budgets))


def _along(curve, panel, table, scale):
    printed = curves("garipov2018", curve)
    return [theirs(panel, "t", PRINTED, printed), ours(panel, "t", table, "u0", scale=scale)]
