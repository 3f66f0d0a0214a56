"""Benton et al. 2021 (arXiv 2102.13042), figure A.3: what lambda, the push on the volume, does to a simplex and its ensemble.

    theta_n minimises E L - lambda_n log V(K_n)

Against the lambda of the newest vertex: left the score of ensembles of such simplexes, right their volume. lambda = 0 stands
apart at the left of an axis that is else logarithmic.
"""

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from lossland.options import Count, Split
from lossland.plotting.panels import band, legend_of, panels, runs_of, styled
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, entries, only, rows_of, where

CAPTION = """
The same simplexes of low loss around trained networks, pushed outwards by different lambda: left the test error of their
ensembles, right their volume. Lines are means over groups of networks (left) and over simplexes (right), bands their range. In
the paper the error does not depend on lambda; lambda = 0 is ours, and says whether the volume term is needed at all.
"""


def draw(
    *,
    ensembles: Table("ensemble"),
    volumes: Table("volume"),
    arms: list[list[str]],
    sizes: list[Count] = (1,),
    quantity: Literal["error", "nll", "brier", "ece"] = "error",
    split: Split = "test",
) -> Figure:
    """`arms` lists [subspace of `ensembles`, subspace of `volumes`] for each lambda, which `volumes` knows; `sizes` the number
    of simplexes in an ensemble.

    Raises ValueError where a subspace has no rows, or none of a size.
    """
    scores, sheets = [], []
    for pool, simplex in entries("arms", arms, "subspace of ensembles", "subspace of volumes"):
        rows = where(rows_of(volumes, simplex, "volumes"), simplex=-1)
        last = rows[rows["stage"] == rows["stage"].max()]
        lambda_ = last["strength"].mean()
        scores.append(only(rows_of(ensembles, pool, "ensembles"), "ensembles", split=split).assign(strength=lambda_))
        sheets.append(last.assign(strength=lambda_, value=last["log_volume"] / np.log(10)))
    found, grown = pd.concat(scores), pd.concat(sheets)
    figure, ((score, volume),) = panels(1, 2, height=2.6)
    figure.set_figwidth(6)
    name, scale = AXES[quantity]
    for colour, marker, size in styled([(size,) for size in sizes]):
        part = only(found, "ensembles", size=size)
        means = part.groupby(["strength", "run"], as_index=False)[quantity].mean().rename(columns={quantity: "value"})
        label = f"{size} simplex{'es' * (size > 1)}"
        band(score, means, "strength", label, colour, scale, marker=marker, markersize=3)
    band(volume, grown, "strength", None, "black", marker="o", markersize=3)
    score.set(ylabel=f"{split} {name}")
    volume.set(ylabel=r"$\log_{10}$ of the volume V")
    for axis in (score, volume):
        _strengths(axis, grown["strength"])
    legend_of(figure, [score], ncols=4, title=runs_of(found, "group"))
    return figure


def _strengths(axis, strengths):
    axis.set_xlabel(r"$\lambda$ of the newest vertex")
    positive = strengths[strengths > 0]
    if len(positive):
        low, high = np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max()))
        axis.set_xscale("symlog", linthresh=10.0 ** (low - 1), linscale=0.5)
        axis.set_xticks([0, *10 ** np.arange(low, high + 1, max(1, (high - low) // 3))])
    axis.xaxis.set_minor_locator(NullLocator())
