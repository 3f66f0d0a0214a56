"""Li et al. 2018 (arXiv 1712.09913), figures 18 and 19: loss and error in the course of the trainings.

Train solid, test dashed; nll on a logarithmic axis; all panels have the same axes. Lines are means over runs, bands their
range.
"""

from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Count
from lossland.style import legend_of, parts_of, runs_of, scores, tiles

CAPTION = """
Train (solid) and test (dashed) loss and error of the networks whose landscapes are drawn, against the epoch. In the paper
(VGG-9 and residual networks on CIFAR-10; in 300 epochs the rate falls tenfold after 150, 225 and 275) small batches end at a
lower test error than large ones, and networks with shortcuts at a lower one than those without.
"""


def draw(*, courses: Annotated[pd.DataFrame, "dynamics"], titles: dict, columns: Count = 2) -> Figure:
    """`titles` maps networks to the titles of their panels, in the order of the tables.

    Raises ValueError where a network has no rows.
    """
    figure, axes = tiles(len(titles), columns)
    twins = []
    for axis, (_, title, table) in zip(axes, parts_of(courses, titles, "courses"), strict=True):
        twins.append(scores(axis, table, "epoch"))
        axis.set(title=f"{title} ({runs_of(table, 'run').removeprefix('mean and range of ')})", xlabel="epoch", yscale="log")
        axis.yaxis.set_minor_formatter("")
    for alike in (axes, twins):
        low, high = zip(*(axis.get_ylim() for axis in alike), strict=True)
        for axis in alike:
            axis.set_ylim(min(low), max(high))
    legend_of(figure, (*axes, *twins), ncols=5, title="mean and range of runs")
    return figure
