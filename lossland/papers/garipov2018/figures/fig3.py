"""Garipov et al. 2018 (arXiv 1802.10026), figure 3: the course of FGE, and ensembles against the training budget.

Left, over the cycles of FGE: learning rate, test error, distance from where the run began; dots are the networks that it
keeps, at the lowest rates. Right, the accuracy of ensembles as they grow, over the epochs that all of their networks have
cost, in units of the budget B of one network. Lines are means over runs, bands their range.

In the paper (Preactivation-ResNet-164 on CIFAR-100, B = 150) the test error rises at high rates and falls back to about 22 %
at low ones, each time somewhere else: the distance from the start grows from 8 to 17. FGE reaches 79.8 % at the budget of one
network and snapshot ensembles (SSE) 79.2 %, where a single network has 78.5 %.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Count
from lossland.papers.published import curves, numbers
from lossland.plotting.panels import band, behind, looks, published, runs_of
from lossland.plotting.style import COLOURS, COLUMN
from lossland.statistics.tables import Table, by_label, noted, pick, untrained

ROWS = {"lr": "learning rate", "error": "test error [%]", "distance": "distance"}


def draw(
    *,
    dynamics: Table("dynamics"),
    fge: Table("ensemble"),
    sse: Table("ensemble"),
    single: Table("ensemble"),
    budget: Count,
    digitised: bool = False,
) -> Figure:
    """`fge` and `sse` are measured `by: order`; `single` holds the networks of which each has cost `budget` epochs.

    `digitised` draws the paper's curves behind.
    """
    growth = pd.concat([fge.assign(subspace="FGE"), sse.assign(subspace="SSE")])
    figure, axes = plt.subplot_mosaic([[row, "budget"] for row in ROWS], figsize=(2.4 * COLUMN, 3.4), width_ratios=[1, 1.2])
    _course({row: axes[row] for row in ROWS}, dynamics, digitised)
    _growth(axes["budget"], growth.assign(spent=growth["epochs"] / budget), single, digitised)
    return figure


def _course(axes, table, digitised):
    run = pick(table, split="test", quantity="error")
    low = np.isclose(run["lr"], run["lr"].min(), rtol=1e-3)
    cycle = 2 * run["epoch"][low].min()  # the lowest rate falls in the middle of a cycle
    run = run.assign(cycles=run["epoch"] / cycle, error=100 * run["value"])
    for row, axis in axes.items():
        band(axis, run.assign(value=run[row]), "cycles", None, COLOURS["fge"])
        axis.plot(run[low].groupby("cycles")[row].mean(), "o", color=COLOURS["fge"], markersize=4, clip_on=False)
        if digitised and row != "lr":
            printed = curves("garipov2018", "fig3_left_test_error" if row == "error" else "fig3_left_distance")
            for series, style in (("FGE", ":"), ("saved", "o")):
                behind(axis, printed[printed["series"] == series], COLOURS["fge"], style)
        axis.set(ylabel=ROWS[row], xlim=(0, None))
        axis.label_outer()
    fitted = pick(table, split="train", quantity="error", lr=list(run["lr"][low]))["value"].max()
    axes["lr"].set(title=noted(f"FGE ({runs_of(run, 'run')})", untrained(fitted)), ylim=(0, None))
    axes["distance"].set(xlabel="cycles", ylim=(0, None))


def _growth(axis, growth, single, digitised):
    own = looks(growth)
    for label, grown in by_label(growth).items():
        look = {"marker": "o", "markersize": 3}
        named = f"{label}, {runs_of(grown, 'ensemble')}"
        band(axis, grown.assign(value=1 - grown["error"]), "spent", named, own[label]["color"], 100, **look)
    alone = 100 * (1 - pick(single, size=1)["error"])
    label = f"single network, 1B, mean of {len(alone)}"
    axis.axhline(alone.mean(), color=COLOURS["single"], linewidth=1, linestyle="--", label=label)
    if digitised:
        published(axis, curves("garipov2018", "fig3_right_test_accuracy"), own, ":o")
        printed = numbers("garipov2018", table="Sec. 6", method="Ind (single net)")["value"].item()
        axis.axhline(printed, color=COLOURS["single"], linewidth=0.8, linestyle=":", zorder=0)
    axis.set(title="Ensembles", xlabel="epochs spent / B", ylabel="test accuracy [%]")
    axis.legend(loc="lower right")
