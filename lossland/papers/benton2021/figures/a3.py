"""Benton et al. 2021 (arXiv 2102.13042), figure A.3: what lambda, the push on the volume, does to a simplex and its ensemble.

    theta_n minimises E L - lambda_n log V(K_n)

The same simplexes of low loss around trained networks, pushed outwards by different lambda, here that of the newest vertex:
left the test error of their ensembles, right their volume. lambda = 0 stands apart at the left of an otherwise logarithmic
axis. Lines are means over groups of networks (left) and over simplexes (right), bands their range.

In the paper the error does not depend on lambda; lambda = 0 is ours, and says whether the volume term is needed at all.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from lossland.options import Count
from lossland.plotting.panels import band, legend_below, panels, runs_of
from lossland.plotting.style import MARKERS, SERIES
from lossland.statistics.tables import Table, latest, noted, pick, untrained


def draw(
    *, ensembles: Table("ensemble"), volumes: Table("volume"), networks: Table("ensemble"), sizes: list[Count] = (1,)
) -> Figure:
    """The first two have the same labels, one for each lambda; `networks` are those around which the simplexes lie, on the
    training data, `sizes` the numbers of simplexes in an ensemble."""
    whole = pick(volumes, simplex=-1)
    last = latest(whole, "stage", ["subspace"])
    strength = last.groupby("subspace")["strength"].mean()
    figure, ((score, volume),) = panels(1, 2, height=2.6, width=3)
    for size, colour, marker in zip(sizes, SERIES, MARKERS, strict=False):
        part = pick(ensembles, split="test", size=size)
        means = part.assign(strength=part["subspace"].map(strength), value=part["error"])
        means = means.groupby(["strength", "run"], as_index=False)["value"].mean()
        label = f"{size} simplex{'es' * (size > 1)}"
        band(score, means, "strength", label, colour, 100, marker=marker, markersize=3)
    grown = last.assign(strength=last["subspace"].map(strength), value=last["log_volume"] / np.log(10))
    band(volume, grown, "strength", None, "black", marker="o", markersize=3)
    score.set(ylabel="test error [%]")
    volume.set(ylabel=r"$\log_{10}$ of the volume V")
    for axis in (score, volume):
        _strengths(axis, strength)
    legend_below(figure, [score], ncols=4, title=noted(runs_of(ensembles, "group"), untrained(networks["error"].max())))
    return figure


def _strengths(axis, strengths):
    axis.set_xlabel(r"$\lambda$ of the newest vertex")
    positive = strengths[strengths > 0]
    if len(positive):
        low, high = np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max()))
        axis.set_xscale("symlog", linthresh=10.0 ** (low - 1), linscale=0.5)
        axis.set_xticks([0, *10 ** np.arange(low, high + 1, max(1, (high - low) // 3))])
    axis.xaxis.set_minor_locator(NullLocator())
