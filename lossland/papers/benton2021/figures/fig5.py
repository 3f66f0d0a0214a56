"""Benton et al. 2021 (arXiv 2102.13042), figure 5: the volume of a complex against the connectors that it was grown by.

    V(K) = sum over simplexes of V          log V in float64, from Gram matrices
    V_32 = sqrt of the Cayley-Menger determinant of the first simplex, in float32 as in the released code
    h    = distance of the newest connector from the face of all others, the least over the simplexes

One colour for each arm: what was pushed by which volume and by which lambda. The paper shows one complex, by one volume.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lossland.papers.published import numbers
from lossland.plotting.panels import band, legend_of, panels, runs_of, styled
from lossland.plotting.style import GREY
from lossland.statistics.tables import Table, parts, where

CAPTION = """
A complex between trained networks, grown by one connector after another: its volume, the same as the released code computes
it (crosses: the determinant is no finite number, triangles: it is 0), how far the newest connector lies from
the face of the others, and the train error of samples inside, their mean (solid) and the worst (dashed). Lines are means over
runs, bands their range. In the paper (VGG16 on CIFAR-10, two networks) the volume rises to about 1e5 and falls to about 1e-4
with the 11th connector, and all 25 samples are above 98 % train accuracy.
"""


def draw(
    *,
    volumes: Table("volume"),
    inside: Table("inside"),
    arms: list[list[str]],
    published: bool = True,
) -> Figure:
    """`arms` lists [subspace, title], of both tables; `published` draws the paper's volumes and its least accuracy.

    Raises ValueError where an arm has no rows in a table.
    """
    grown, errors = parts(volumes, arms, "volumes", "arms"), parts(where(inside, split="train"), arms, "inside", "arms")
    figure, axes = panels(2, 2, height=2.3)
    figure.set_figwidth(6.4)
    volume, released, height, error = axes.flat
    for i, ((colour, marker, title, table), (_, samples)) in enumerate(zip(styled(grown), errors, strict=True)):
        look = {"label": title, "colour": colour, "marker": marker, "markersize": 3}
        whole = where(table, simplex=-1)
        least = table[table["simplex"] >= 0].groupby(["stage", "run"], as_index=False)["height"].min()
        band(volume, whole.assign(value=whole["log_volume"] / np.log(10)), "stage", **look)
        band(height, least.assign(value=np.log10(least["height"].where(least["height"] > 0))), "stage", **look)
        _released(released, whole, look, 0.16 * i / len(grown))
        _errors(error, samples, look)
    _strips(released, pd.concat([where(table, simplex=-1) for _, table in grown]))
    if published:
        _published(volume, error)
    volume.set(title="volume of the complex", ylabel="volume V")
    released.set(title="as released: float32 determinant", ylabel="V of one simplex")
    height.set(title="newest connector", ylabel="height above the others")
    error.set(title="samples inside: mean, and worst (dashed)", ylabel="train error [%]", ylim=(0, None))
    for axis in axes.flat:
        axis.set_xlabel("connectors")
        axis.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    for axis in (volume, released, height):
        axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda power, _: rf"$10^{{{power:g}}}$"))
    legend_of(figure, axes.flat, ncols=2, title=runs_of(volumes, "run"))
    return figure


def _released(axis, whole, look, beside):
    """log10 of the root of V^2 where that is a number above 0; else marks in the strips."""
    zero, odd = _no_volume(whole)
    band(axis, whole.assign(value=np.log10(whole["released"].mask(zero | odd)) / 2), "stage", **look)
    for which, edge, mark in ((odd, 0.97 - beside, "x"), (zero, 0.03 + beside, "v")):
        stages = whole.loc[which, "stage"].unique()
        place = {"transform": axis.get_xaxis_transform(), "color": look["colour"]}
        axis.plot(stages, np.full(len(stages), edge), mark, markersize=4, **place)


def _no_volume(whole):
    return whole["released"] == 0, ~np.isfinite(whole["released"])


def _strips(axis, whole):
    """A fifth of the axis, above and below, that holds no values, where there is something to mark."""
    for which, bottom, name in zip(_no_volume(whole), (0, 0.8), ("zero", "not finite"), strict=True):
        if which.any():
            axis.margins(y=0.35)
            axis.add_patch(Rectangle((0, bottom), 1, 0.2, transform=axis.transAxes, color=GREY, alpha=0.15, linewidth=0))
            axis.text(0.02, bottom + 0.1, name, transform=axis.transAxes, va="center", fontsize=7)


def _errors(axis, samples, look):
    """The mean over all samples of a stage, and the worst of them, dashed."""
    stages = samples.groupby(["stage", "run"], as_index=False)
    band(axis, stages["error_mean"].mean().rename(columns={"error_mean": "value"}), "stage", scale=100, **look)
    worst = stages["error_max"].max().rename(columns={"error_max": "value"})
    band(axis, worst, "stage", scale=100, **look | {"label": None, "linestyle": "--"})


def _published(volume, error):
    printed = numbers("benton2021", table="Figure 5").set_index("metric")["value"]
    dimension = printed["dimension_min"]
    look = {"color": GREY, "linestyle": ":", "zorder": 0, "label": "paper"}
    volume.plot([1, dimension], 2 * [np.log10(printed["volume_highest"])], **look)
    star = {"color": "white", "markeredgecolor": GREY, "markersize": 9, "zorder": 5}
    volume.plot([dimension + 1], [np.log10(printed["volume_at_11"])], "*", **star)
    error.axhline(100 - printed["train_accuracy_percent_min"], **look)
