"""Draxler et al. 2018 (arXiv 1803.00885), figure 6: when in a training its loss falls below the mean saddle.

Train loss in the course of a training, and the mean loss of the saddles between networks that were so trained (over the edges
of the minimum spanning tree of the train nll), with its standard deviation. The vertical line is where the first falls below
the second, in the mean over trainings; between snapshots log nll is interpolated. It is given as a share of the training: the
epochs that the paper counts do not fit its steps and data.

In the paper this is after 52 % of the training of a ResNet-56 and after 78 % of that of a DenseNet-100-12-BC: paths join
minima at a loss that takes most of a training to reach.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_of, logarithmic, runs_of, tiles
from lossland.plotting.style import COLOURS, GREY
from lossland.statistics.saddle_graph import crossings, named, tree_rows
from lossland.statistics.tables import Table, by_label, pick


def draw(*, courses: Table("dynamics"), saddles: Table("saddles")) -> Figure:
    """Both of the same labels, a panel for each."""
    chosen = by_label(pick(courses, split="train", quantity="nll"))
    figure, axes = tiles(len(chosen), 2, height=2.3, least=3.4)
    for axis, (label, course) in zip(axes, chosen.items(), strict=True):
        course = course.assign(share=course["epoch"] / course.groupby("run")["epoch"].transform("max"))
        band(axis, course, "share", "training", COLOURS["segment"])
        heights = tree_rows(pick(saddles, subspace=label), "train", "nll")["refined"]
        mean, std = heights.mean(), np.nan_to_num(heights.std())
        axis.axhline(mean, color=COLOURS["bezier"], label="mean saddle")
        axis.axhspan(max(mean - std, mean / 10), mean + std, color=COLOURS["bezier"], alpha=0.2, linewidth=0)
        crossing = crossings(course, mean).mean(skipna=False)  # NaN if a training never is
        axis.axvline(crossing, color=GREY, linestyle="--", linewidth=1)
        said = f"after {100 * crossing:.0f} %" if np.isfinite(crossing) else "not in all trainings"
        axis.set(title=f"{named(label, saddles)}\nbelow the saddles {said}", xlabel="share of the training", xlim=(0, 1))
        logarithmic(axis)
        if axis.get_subplotspec().is_first_col():
            axis.set_ylabel("train nll [nats]")
    legend_of(figure, axes, ncols=2, title=runs_of(courses, "training"))
    return figure
