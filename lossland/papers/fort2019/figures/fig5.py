"""Fort et al. 2019 (arXiv 1912.02757), figures 5 and S5: how other the networks around a solution are, at what accuracy.

Each small point is a network sampled around a trained one, each star an independently trained network: across, its accuracy a,
and up, the share d of examples on which it differs from the trained one, in units of its own error, d / (1 - a). Above is
better. Dashed, predictions independent of the trained network's; solid, its own predictions disturbed at random; dotted, if
drawn, the family of limits between them (figure S5 as remembered, not confirmed).

In the paper no subspace makes networks as different as other initialisations do (abstract); that samples lie near the lower
line, and independent networks, as accurate as the trained one, far above, is remembered, not confirmed.

Differs from the released code in: the accuracy of the trained network is measured.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import NonNegative, Split
from lossland.plotting.panels import looks, panels
from lossland.plotting.style import GREY
from lossland.statistics import diversity_limits
from lossland.statistics.tables import Table, by_label, derived, pick

LOW, HIGH = -0.1, 1.2  # of the paper's axis


def draw(
    *,
    samples: Table("diversity"),
    independent: Table("diversity"),
    split: Split = "test",
    gamma: NonNegative | None = None,
) -> Figure:
    """`gamma` is the exponent of the family. Raises ValueError if the tables are of different numbers of classes."""
    samples, stars = derived(pick(samples, split=split)), derived(pick(independent, split=split))
    table = pd.concat([samples, stars])
    if table["classes"].nunique() > 1:
        raise ValueError("samples and independent are of different numbers of classes; name tables of one dataset")
    figure, ((axis,),) = panels(1, 1, height=3.2)
    figure.set_figwidth(4.8)
    own = looks(samples)
    for label, part in by_label(samples).items():
        axis.scatter(*_plane(part), s=9, alpha=0.6, linewidths=0, label=label, **own[label])
    look = {"s": 60, "marker": "*", "color": "black", "linewidths": 0.3, "edgecolors": "white", "zorder": 3}
    axis.scatter(*_plane(stars), **look, label="independent networks")
    reference = 1 - table.drop_duplicates(["subspace", "run"])["reference_error"].mean()
    _limits(axis, reference, table["classes"].iloc[0], max(reference, table["accuracy"].max()), gamma)
    low, high = min(table["accuracy"].min(), reference), max(table["accuracy"].max(), reference)
    margin = 0.05 * (high - low) or 0.01
    top = table["diversity"].max()
    axis.set(xlim=(100 * (low - margin), 100 * (high + margin)), ylim=(LOW, max(HIGH, 1.05 * top if top < np.inf else 0)))
    axis.set(xlabel=f"{split} accuracy [%]", ylabel="disagreement with the trained network / error")
    figure.legend(loc="outside right upper")
    return figure


def _plane(rows):
    return 100 * rows["accuracy"], rows["diversity"]


def _limits(axis, reference, classes, highest, gamma):
    def line(a, d, style, label, colour=GREY, **look):
        axis.plot(100 * a, d / (1 - a), style, color=colour, label=label, **look)

    a = np.linspace(1 / classes, min(highest, 1 - 1e-6), 2000)
    line(a, diversity_limits.independent(a, reference, classes), "--", "independent predictions")
    below = a[a <= reference]
    line(below, diversity_limits.perturbed(below, reference, classes), "-", "trained network, disturbed at random")
    if gamma is not None:
        family = diversity_limits.family(np.linspace(0, 1, 2000), reference, classes, gamma)
        line(*family, ":", rf"$p_- = p_+^\gamma$, $\gamma = {gamma:g}$", "black", linewidth=1)
    axis.axvline(100 * reference, color=GREY, linewidth=0.5, zorder=0, label="accuracy of the trained network")
