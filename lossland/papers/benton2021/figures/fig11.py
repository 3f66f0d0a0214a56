"""Benton et al. 2021 (arXiv 2102.13042), figure 11: ensembles on pictures that become noisier.

    nll at the fitted temperature = nll of softmax(log p / T)      p the mean prediction, T fitted on the clean pictures

Lines are means over groups of networks and over the choices of components in each, bands the range of the groups; severity
0 are the clean pictures. A component is a network, or all samples around one. One can be drawn beside several.
"""

from typing import Literal

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from lossland.options import Count
from lossland.plotting.panels import band, legend_of, runs_of, styled, tiles
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, derived, only, parts

CAPTION = """
Accuracy and nll, as it is and after a temperature fitted on the clean pictures, against the severity of the corruption: of
ensembles of equally many components (solid) and of one component alone (dashed). A component is a trained network, a simplex
of low loss around one (ESPRO), or another distribution of weights around one. Lines are means over groups of networks, bands
their range. In the paper (VGG16 on CIFAR-10, Gaussian noise) ESPRO is the most accurate at all levels of noise, and after
temperature scaling it has the lowest nll.
"""


def draw(
    *,
    shifts: Table("shift"),
    kinds: list[list[str]],
    size: Count,
    singles: list[list[str]] = (),
    corruption: str = "gaussian_noise",
    quantities: list[Literal["accuracy", "error", "nll", "nll_tempered", "brier", "ece", "ece_tempered"]] = (
        "accuracy",
        "nll",
        "nll_tempered",
    ),
    columns: Count = 3,
) -> Figure:
    """`kinds` lists [subspace, title] of which ensembles of `size` components are drawn, `singles` those of which one is.

    Raises ValueError where a subspace has no rows, or none of the size or the corruption.
    """
    lines = _lines(shifts, kinds, "kinds", "-", size=size, corruption=corruption)
    lines += _lines(shifts, singles, "singles", "--", size=1, corruption=corruption) if singles else []
    looks = {name: look for *look, name in styled((name,) for name in dict.fromkeys(name for name, *_ in lines))}
    figure, axes = tiles(len(quantities), columns, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        label, scale = AXES[quantity]
        for name, title, style, table in lines:
            means = table.groupby(["severity", "run"], as_index=False)[quantity].mean().rename(columns={quantity: "value"})
            colour, marker = looks[name]
            band(axis, means, "severity", title, colour, scale, linestyle=style, marker=marker, markersize=3, linewidth=1.1)
        axis.set(xlabel=f"severity of {corruption.replace('_', ' ')}", ylabel=label)
        axis.xaxis.set_major_locator(MultipleLocator(1))
    legend_of(figure, axes, ncols=min(4, 1 + len(axes)), title=runs_of(pd.concat([table for *_, table in lines]), "group"))
    return figure


def _lines(shifts, wanted, option, style, size, corruption):
    """(subspace, title, style, rows of the size, of the corruption and of the clean pictures) for each that is wanted."""
    lines = []
    for (name, _), (title, part) in zip(wanted, parts(shifts, wanted, "shifts", option), strict=True):
        own = only(derived(part), "shifts", size=size)
        lines.append((name, title, style, pd.concat([own[own["severity"] == 0], only(own, "shifts", corruption=corruption)])))
    return lines
