"""Fort & Jastrzebski 2019 (arXiv 1906.04724), connectors: from every optimum of a set to one point, through low loss.

From each of several trained networks (t = 0) on straight segments to the point that joins them all, to their mean, and to the
next of them (t = 1): train loss and error. Lines are means over the segments of all networks and runs, bands their range. At
the right, points drawn uniformly from the simplex that the networks and the connector span, in the order of their values.

In the paper low-loss subspaces connect a set of solutions, not only pairs, and its wedges predict that one low point joins
them; how many it joins, and how well, is remembered, not confirmed.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_of, panels, runs_of
from lossland.plotting.style import AXES, COLOURS
from lossland.statistics.tables import Table, by_label, pick, where

SEGMENTS = {
    "optimum": ("to the next optimum", COLOURS["segment"]),
    "centroid": ("to the mean of the optima", COLOURS["polychain"]),
    "connector": ("to the connector", COLOURS["bezier"]),
}
INSIDE = (1.12, 1.48)  # where on the axis of t
ROWS = ("nll", "error")


def draw(*, spokes: Table("spokes")) -> Figure:
    """A column of panels for each label."""
    sets = by_label(pick(spokes, split="train"))
    figure, axes = panels(len(ROWS), len(sets), height=2.0, sharex=True, sharey="row")
    for (label, table), column in zip(sets.items(), axes.T, strict=True):
        for axis, quantity in zip(column, ROWS, strict=True):
            _spokes(axis, table.assign(value=AXES[quantity][1] * table[quantity]))
        column[0].set_title(label)
        column[-1].set_xlabel("t", x=0.5 / INSIDE[1])
        column[-1].set_xticks([0, 0.5, 1, np.mean(INSIDE)], ["0", "0.5", "1", "inside"])
    for axis, quantity in zip(axes[:, 0], ROWS, strict=True):
        axis.set(ylabel=f"train {AXES[quantity][0]}", ylim=(0, None))
    legend_of(figure, axes.flat, ncols=4, title=runs_of(spokes, "set of networks"))
    return figure


def _spokes(axis, table):
    for to, (label, colour) in SEGMENTS.items():
        legs = pick(table, to=to)
        band(axis, legs.assign(run=legs["run"] + "/" + legs["leg"].astype(str)), "t", label, colour)
    inside = where(table, to="simplex")["value"].sort_values()
    axis.axvline(1.06, color="black", linewidth=0.4)
    x = np.linspace(*INSIDE, len(inside))
    axis.plot(x, inside, ".", color=COLOURS["fge"], markersize=2.5, label="inside their simplex")
