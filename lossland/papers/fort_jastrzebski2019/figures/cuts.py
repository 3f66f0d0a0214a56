"""Fort & Jastrzebski 2019 (arXiv 1906.04724), random cuts: what can be found in few dimensions, at which distance from 0.

    theta = r theta_0 + M z,    M [D d] random and orthonormal, only z is trained

Where a training ends that moves in d random directions only (to the right), beginning at the initialisation times a radius r
(upwards): white is a low value, the numbers are means over runs, and grey is not finite.

In the paper low-dimensional random cuts are easy to optimise, as its wedges are long in most directions; that there is a least
dimension, and a radius at which it is smallest, is remembered, not confirmed.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import panels
from lossland.plotting.style import AXES, GREY, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, pick

COLUMNS = (("train", "nll"), ("train", "error"), ("test", "error"))
HIGHEST = 2.5  # nats, where shades end: little above ten equal probabilities


def draw(*, cuts: Table("cuts")) -> Figure:
    """A row of panels for each network."""
    figure, axes = panels(cuts["subspace"].nunique(), len(COLUMNS), height=2.2, width=3.3, layout="compressed")
    for (label, table), line in zip(by_label(cuts).items(), axes, strict=True):
        for axis, (split, quantity) in zip(line, COLUMNS, strict=True):
            name, scale = AXES[quantity]
            top, text, extend = (HIGHEST, "{:.2g}", "max") if quantity == "nll" else (scale, "{:.0f}", "neither")
            values = pick(table, split=split).pivot_table(index="radius", columns="dimension", values=quantity, dropna=False)
            figure.colorbar(_cells(axis, scale * values, top, text), ax=axis, label=name, shrink=0.85, extend=extend)
            axis.set_title(f"{label}\n{split} {quantity}")
        line[0].set_ylabel("radius [initial norms]")
    for axis in axes[-1]:
        axis.set_xlabel("dimension d")
    return figure


def _cells(axis, values, top, text):
    """A heat map of equal cells whatever the distances of their coordinates, each with its number."""
    shown = np.ma.masked_invalid(values.to_numpy())
    axis.set_facecolor(GREY)
    drawn = axis.pcolormesh(shown.clip(max=top), cmap=WHITE_TO_DARK, vmin=0, vmax=top, edgecolors="white", linewidth=0.5)
    for (i, j), value in np.ndenumerate(shown.filled(np.nan)):
        if np.isfinite(value):
            colour = "white" if value > top / 2 else "black"
            axis.text(j + 0.5, i + 0.5, text.format(value), ha="center", va="center", fontsize=6, color=colour)
    axis.set_xticks(np.arange(values.shape[1]) + 0.5, [f"{d:g}" for d in values.columns])
    axis.set_yticks(np.arange(values.shape[0]) + 0.5, [f"{r:g}" for r in values.index])
    axis.tick_params(length=0)
    return drawn
