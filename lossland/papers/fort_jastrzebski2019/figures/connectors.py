"""Fort & Jastrzebski 2019 (arXiv 1906.04724), connectors: from every optimum of a set to one point, through low loss.

    optimum_i -> connector        optimum_i -> mean of all optima        optimum_i -> optimum_i+1        and inside

Lines are means over the segments of all optima and runs, bands their range. "Inside" are points drawn uniformly in the simplex
of the optima and the connector, sorted by their value.
"""

from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Split
from lossland.plotting.panels import band, legend_of, panels, runs_of
from lossland.plotting.style import AXES, COLOURS
from lossland.statistics.tables import Table, only, parts, where

CAPTION = """
From each of several trained networks (t = 0) on straight segments to the point that joins them all, to their mean, and to the
next of them (t = 1); at the right, random points of the simplex that the networks and the connector span, in order. In the
paper low-loss subspaces connect a set of solutions, not only pairs, and its wedges predict that one low point joins them; how
many it joins, and how well, is remembered, not confirmed.
"""
SEGMENTS = {
    "optimum": ("to the next optimum", COLOURS["segment"]),
    "centroid": ("to the mean of the optima", COLOURS["polychain"]),
    "connector": ("to the connector", COLOURS["bezier"]),
}
INSIDE = (1.12, 1.48)  # where on the axis of t


def draw(
    *,
    spokes: Table("spokes"),
    titles: list[list[str]],
    quantities: list[Literal["nll", "error"]] = ("nll", "error"),
    split: Split = "train",
) -> Figure:
    """`titles` lists [subspace, title] of each set of networks in the order drawn, a column each.

    Raises ValueError where a subspace or the split is missing.
    """
    chosen = [(title, only(part, "spokes", split=split)) for title, part in parts(spokes, titles, "spokes")]
    figure, axes = panels(len(quantities), len(chosen), height=2.0, sharex=True, sharey="row")
    for (title, table), column in zip(chosen, axes.T, strict=True):
        for axis, quantity in zip(column, quantities, strict=True):
            _spokes(axis, table.assign(value=AXES[quantity][1] * table[quantity]))
        column[0].set_title(title)
        column[-1].set_xlabel("t", x=0.5 / INSIDE[1])
        column[-1].set_xticks([0, 0.5, 1, np.mean(INSIDE)], ["0", "0.5", "1", "inside"])
    for axis, quantity in zip(axes[:, 0], quantities, strict=True):
        axis.set(ylabel=f"{split} {AXES[quantity][0]}", ylim=(0, None))
    legend_of(figure, axes.flat, ncols=4, title=runs_of(chosen[0][1], "set") + " of networks")
    return figure


def _spokes(axis, table):
    for to, (label, colour) in SEGMENTS.items():
        legs = where(table, to=to)
        if len(legs):
            band(axis, legs.assign(run=legs["run"] + "/" + legs["leg"].astype(str)), "t", label, colour)
    inside = where(table, to="simplex")["value"].sort_values()
    axis.axvline(1.06, color="black", linewidth=0.4)
    axis.plot(
        np.linspace(*INSIDE, len(inside)), inside, ".", color=COLOURS["fge"], markersize=2.5, label="inside their simplex"
    )
