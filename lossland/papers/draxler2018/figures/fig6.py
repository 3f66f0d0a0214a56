"""Draxler et al. 2018 (arXiv 1803.00885), figure 6: when in a training its loss falls below the mean saddle.

    crossing = the first kept point whose train nll <= mean over the minimum spanning tree of the saddles

Given as a share of the training: the epochs that the paper counts do not fit to its steps and data.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Count
from lossland.plotting.panels import band, legend_of, logarithmic, runs_of, tiles
from lossland.plotting.style import COLOURS, GREY
from lossland.statistics.saddle_graph import tree_rows
from lossland.statistics.tables import Table, only, pooled

CAPTION = """
Train loss in the course of a training, and the mean loss of the saddles between networks that were so trained, with its
standard deviation; the vertical line is where the first falls below the second, in the mean over trainings. Training spends
the time after it below the saddles. In the paper this is after 52 % of the training of a ResNet-56 and after 78 % of that of
a DenseNet-100-12-BC: paths join minima at a loss that takes most of a training to reach.
"""


def draw(
    *,
    courses: Table("dynamics"),
    saddles: Table("saddles"),
    trainings: list[list[str]],
    titles: list[list[str]],
    columns: Count = 3,
) -> Figure:
    """`trainings` lists [network, title] of each panel in the order drawn, `titles` [band, title] of the bands of each.

    Raises ValueError where a title has no bands, or a table no rows of what is named.
    """
    bands, chosen = pooled(saddles, titles, "saddles"), pooled(courses, trainings, "courses", "trainings")
    if missing := chosen.keys() - bands.keys():
        raise ValueError(f"titles names no band of {min(missing)}; list one")
    figure, axes = tiles(len(chosen), columns, height=2.3)
    figure.set_figwidth(max(3.4, figure.get_figwidth()))
    for axis, (title, table) in zip(axes, chosen.items(), strict=True):
        course = only(table, "courses", split="train", quantity="nll")
        course = course.assign(share=course["epoch"] / course.groupby(["subspace", "run"])["epoch"].transform("max"))
        band(axis, course, "share", "training", COLOURS["segment"])
        heights = tree_rows(bands[title], "train", "nll")["refined"]
        mean, std = heights.mean(), np.nan_to_num(heights.std())
        axis.axhline(mean, color=COLOURS["bezier"], label="mean saddle")
        axis.axhspan(max(mean - std, mean / 10), mean + std, color=COLOURS["bezier"], alpha=0.2, linewidth=0)
        crossing = _crossings(course, mean).mean(skipna=False)
        axis.axvline(crossing, color=GREY, linestyle="--", linewidth=1)
        said = f"after {crossing:.0%}".replace("%", " %") if np.isfinite(crossing) else "not in all trainings"
        axis.set(title=f"{title}\nbelow the saddles {said}", xlabel="share of the training", xlim=(0, 1))
        logarithmic(axis)
        if axis.get_subplotspec().is_first_col():
            axis.set_ylabel("train nll [nats]")
    legend_of(figure, axes, ncols=2, title=runs_of(pd.concat(chosen.values()), "training"))
    return figure


def _crossings(course, height):
    """The share at which each training is first at or below `height`; NaN where it never is."""
    below = course["share"].where(course["value"] <= height)
    return below.groupby([course["subspace"], course["run"]]).min()
