"""Benton et al. 2021 (arXiv 2102.13042), figure 5: the volume of a complex against the connectors that it was grown by.

    V(K) = sum over simplexes of V          log V in float64, from Gram matrices
    V_32 = sqrt of the Cayley-Menger determinant of the first simplex, in float32 as in the released code
    h    = distance of the newest connector from the face of all others, the least over the simplexes

A complex between trained networks, grown by one connector after another: V, V_32 (crosses: the determinant is not a finite
number, triangles: it is 0), h, and the train error of samples inside, their mean (solid) and the worst (dashed). One colour
for each way to push: by which volume, and by which lambda. Lines are means over runs, bands their range.

In the paper (VGG16 on CIFAR-10, two networks, one volume) the volume rises to about 1e5 and falls to about 1e-4 with the 11th
connector, and all 25 samples are above 98 % train accuracy.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lossland.papers.published import numbers
from lossland.plotting.panels import legend_below, lines, looks, panels, runs_of
from lossland.plotting.style import GREY
from lossland.statistics.tables import Table, pick

SERIES = ["subspace", "stage", "run"]


def draw(*, volumes: Table("volume"), inside: Table("inside")) -> Figure:
    """Both tables have the same labels. The paper's volumes and its least accuracy are drawn too."""
    own, whole, newest = looks(volumes), pick(volumes, simplex=-1), volumes[volumes["simplex"] >= 0]
    released = whole["released"].where(np.isfinite(whole["released"]) & (whole["released"] > 0))
    whole = whole.assign(log10=whole["log_volume"] / np.log(10), root=np.log10(released) / 2)
    least = newest.groupby(SERIES, as_index=False, sort=False)["height"].min()
    least["log10"] = np.log10(least["height"].where(least["height"] > 0))
    samples = pick(inside, split="train", subspace=list(own)).groupby(SERIES, as_index=False, sort=False)
    errors = samples.agg({"error_mean": "mean", "error_max": "max"})
    figure, axes = panels(2, 2, height=2.3, width=3.2)
    volume, float32, height, error = axes.flat
    lines(volume, whole, "stage", own, y="log10", markersize=3)
    lines(float32, whole, "stage", own, y="root", markersize=3)
    lines(height, least, "stage", own, y="log10", markersize=3)
    lines(error, errors, "stage", own, y="error_mean", scale=100, markersize=3)
    lines(error, errors, "stage", own, y="error_max", scale=100, markersize=3, linestyle="--", legend=False)
    _strips(float32, whole, own)
    _published(volume, error)
    volume.set(title="volume of the complex", ylabel="volume V")
    float32.set(title="as released: float32 determinant", ylabel="V of one simplex")
    height.set(title="newest connector", ylabel="height above the others")
    error.set(title="samples inside: mean, and worst (dashed)", ylabel="train error [%]", ylim=(0, None))
    for axis in axes.flat:
        axis.set_xlabel("connectors")
        axis.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    for axis in (volume, float32, height):
        axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda power, _: rf"$10^{{{power:g}}}$"))
    legend_below(figure, axes.flat, ncols=2, title=runs_of(volumes, "run"))
    return figure


def _strips(axis, whole, own):
    """A fifth of the axis, above and below, that holds no values, with a mark for each determinant that is none."""
    zero, odd = whole["released"] == 0, ~np.isfinite(whole["released"])
    for which, bottom, name, mark in ((zero, 0, "zero", "v"), (odd, 0.8, "not finite", "x")):
        if which.any():
            axis.margins(y=0.35)
            axis.add_patch(Rectangle((0, bottom), 1, 0.2, transform=axis.transAxes, color=GREY, alpha=0.15, linewidth=0))
            axis.text(0.02, bottom + 0.1, name, transform=axis.transAxes, va="center", fontsize=7)
        for i, (label, look) in enumerate(own.items()):
            stages = whole.loc[which & (whole["subspace"] == label), "stage"].unique()
            edge = 0.03 + 0.16 * i / len(own) if mark == "v" else 0.97 - 0.16 * i / len(own)
            place = {"transform": axis.get_xaxis_transform(), "color": look["color"], "markersize": 4}
            axis.plot(stages, np.full(len(stages), edge), mark, **place)


def _published(volume, error):
    printed = numbers("benton2021", table="Figure 5").set_index("metric")["value"]
    dimension = printed["dimension_min"]
    look = {"color": GREY, "linestyle": ":", "zorder": 0, "label": "paper"}
    volume.plot([1, dimension], 2 * [np.log10(printed["volume_highest"])], **look)
    star = {"color": "white", "markeredgecolor": GREY, "markersize": 9, "zorder": 5}
    volume.plot([dimension + 1], [np.log10(printed["volume_at_11"])], "*", **star)
    error.axhline(100 - printed["train_accuracy_percent_min"], **look)
