"""Benton et al. 2021 (arXiv 2102.13042), figure 5: the volume of a complex against the connectors that it was grown by.

    V(K) = sum over simplexes of V          log V in float64, from Gram matrices
    V_32 = sqrt of the Cayley-Menger determinant of the first simplex, in float32 as in the released code
    h    = distance of the newest connector from the face of all others, the least over the simplexes

One colour for each arm: what was pushed by which volume and by which lambda. The paper shows one complex, by one volume.
"""

from typing import Annotated

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lossland.published import numbers
from lossland.sheets import parts, where
from lossland.style import GREY, band, legend_of, panels, runs_of, styled

CAPTION = """
A complex between trained networks, grown by one connector after another: its volume, the same as the released code computes
it (crosses: the determinant is no finite number, triangles: it is 0), how far the newest connector lies from
the face of the others, and the train error of samples inside, their mean (solid) and the worst (dashed). Lines are means over
runs, bands their range. In the paper (VGG16 on CIFAR-10, two networks) the volume rises to about 1e5 and falls to about 1e-4
with the 11th connector, and all 25 samples are above 98 % train accuracy.
"""


def draw(
    *,
    volumes: Annotated[pd.DataFrame, "volume"],
    inside: Annotated[pd.DataFrame, "inside"],
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
        look = {"marker": marker, "markersize": 3}
        whole, newest = where(table, simplex=-1), table[table["simplex"] >= 0]
        _line(volume, whole, whole["log_volume"] / np.log(10), title, colour, look)
        _released(released, whole, title, colour, look, beside=0.06 * i)
        least = newest.groupby(["stage", "run"], as_index=False)["height"].min()
        _line(height, least, np.log10(least["height"].where(least["height"] > 0)), title, colour, look)
        for column, how, style in (("error_mean", "mean", "-"), ("error_max", "max", "--")):
            found = samples.groupby(["stage", "run"], as_index=False)[column].agg(how)
            _line(error, found, 100 * found[column], title if style == "-" else None, colour, look | {"linestyle": style})
    if published:
        _published(volume, error)
    volume.set(title="volume of the complex", ylabel="volume V")
    released.set(title="as released: float32 determinant", ylabel="volume V of one simplex")
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


def _line(axis, table, values, label, colour, look):
    band(axis, table.assign(value=values), "stage", label, colour, **look)


def _released(axis, whole, title, colour, look, beside):
    """log10 of the root of V^2 where it is a number above 0; else marks near the edges."""
    known = whole["released"].where((whole["released"] > 0) & np.isfinite(whole["released"]))
    _line(axis, whole, np.log10(known) / 2, title, colour, look)
    for odd, edge, mark in (
        (~np.isfinite(whole["released"]), 0.97 - beside, "x"),
        (whole["released"] == 0, 0.03 + beside, "v"),
    ):
        stages = whole.loc[odd, "stage"].unique()
        axis.plot(stages, np.full(len(stages), edge), mark, color=colour, markersize=4, transform=axis.get_xaxis_transform())


def _published(volume, error):
    printed = numbers("benton2021", table="Figure 5").set_index("metric")["value"]
    dimension = printed["dimension_min"]
    look = {"color": GREY, "linestyle": ":", "zorder": 0, "label": "paper"}
    volume.plot([1, dimension], 2 * [np.log10(printed["volume_highest"])], **look)
    volume.plot(
        [dimension + 1], [np.log10(printed["volume_at_11"])], "*", color="white", markeredgecolor=GREY, markersize=9, zorder=5
    )
    error.axhline(100 - printed["train_accuracy_percent_min"], **look)
