"""Garipov et al. 2018 (arXiv 1802.10026), figure 2, left and middle: train loss and test error from one network to another.

Along the straight segment both rise high; along a trained Bezier curve or polygonal chain they stay low. Lines are means
over pairs of networks, bands their range. The published curves (ResNet-164, CIFAR-100) can be drawn behind.
"""

from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure

from lossland.published import curves
from lossland.style import COLOURS, band, panels

CAPTION = """
From one trained network (t = 0) to another (t = 1): along the straight segment train loss and test error rise high, along
the two trained curves they stay near their values at the ends. In the paper (ResNet-164 on CIFAR-100) the loss of the
segment rises from 0.07 to 5.5 nats and its test error to 98.8 %; on the curves the loss stays below 0.11 nats and the
test error between 24.0 and 26.1 %.
"""
NAMES = {"segment": "Segment", "bezier": "Bezier", "polychain": "Polychain"}


def draw(
    *,
    segment: Annotated[pd.DataFrame, "landscape"],
    bezier: Annotated[pd.DataFrame, "landscape"],
    polychain: Annotated[pd.DataFrame, "landscape"],
    digitised: bool = False,
) -> Figure:
    """The train loss includes the decay term, as the paper's does; `digitised` draws the paper's curves behind."""
    figure, ((loss, error),) = panels(1, 2, height=2.4)
    for key, table in {"segment": segment, "bezier": bezier, "polychain": polychain}.items():
        path = table[table["mark"] == "grid"].set_index(["split", "quantity"]).sort_index()
        runs = path["run"].nunique()
        band(loss, path.loc[("train", "loss")], "u0", NAMES[key], COLOURS[key])
        band(error, path.loc[("test", "error")], "u0", NAMES[key], COLOURS[key], scale=100)
        if digitised:
            for axis, part in ((loss, "fig2_left_train_loss"), (error, "fig2_middle_test_error")):
                theirs = curves("garipov2018", part)
                theirs = theirs[theirs["series"] == NAMES[key]]
                axis.plot(theirs["x"], theirs["y"], color=COLOURS[key], linewidth=0.8, linestyle=":", zorder=0)
    loss.set(xlabel="t", ylabel="train loss [nats]", title="Train loss", ylim=(0, None), xlim=(0, 1))
    error.set(xlabel="t", ylabel="test error [%]", title="Test error", ylim=(0, None), xlim=(0, 1))
    pairs = f"mean and range of {runs} pairs of networks" if runs > 1 else "one pair of networks"
    figure.legend(*loss.get_legend_handles_labels(), loc="outside lower center", ncols=3, title=pairs, title_fontsize=7)
    return figure
