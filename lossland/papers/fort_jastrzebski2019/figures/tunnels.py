"""Fort & Jastrzebski 2019 (arXiv 1906.04724): how wide the tunnel around a trained network is, against how it was trained.

    width = distance along a random direction at which the train loss has risen by one level, the mean over directions
    share = width / |theta|

A column is one hyperparameter, the others held; its values stand at equal distances. Lines are means over runs, bands their
range; hollow are widths of which some direction did not reach the level, so that they are lower bounds. Nothing is matched:
widths of networks of different train loss are compared, and that loss is below: a wider tunnel at a higher loss is no tunnel.
"""

from typing import Literal

import pandas as pd
from matplotlib.figure import Figure

from lossland.plotting.panels import band, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, entries, rows_of

CAPTION = """
How far one can go from a trained network in a random direction until the train loss has risen by a fixed amount, in units of
its norm and as it is, against one hyperparameter of its training in each column. Widths of networks of different train loss are
compared and nothing is matched: the train loss where one starts is below. By a summary of the paper, larger learning rates,
smaller batches and stronger regularisation increase this distance; by its abstract they act in similar ways. Numbers of the
paper are not known to us.
"""
ROWS = {
    "share": (r"width / $|\theta|$", COLOURS["nll"]),
    "distance": ("width", COLOURS["polychain"]),
    "angle": ("width [rad]", COLOURS["fge"]),
    "norm": (r"norm $|\theta|$", COLOURS["sse"]),
    "loss": ("train loss [nats]", COLOURS["single"]),
}
WIDTHS = ("share", "distance", "angle")


def draw(
    *,
    widths: Table("tunnel_width"),
    kinds: list[list[str | float]],
    quantities: list[Literal["share", "distance", "angle", "norm", "loss"]] = ("share", "distance", "loss"),
) -> Figure:
    """`kinds` lists [subspace, hyperparameter, value] of each network; a network may have part in several columns.

    Raises ValueError where a subspace is missing, or a value is no number.
    """
    columns = {}
    for subspace, name, value in entries("kinds", kinds, "subspace", "hyperparameter", "value"):
        if not isinstance(value, (int, float)):
            raise ValueError(f"kinds gives {subspace} the {name} {value}; it must be a number")
        columns.setdefault(name, {})[value] = _by_run(rows_of(widths, subspace, "widths"))
    figure, axes = panels(len(quantities), len(columns), height=1.7, sharex="col", sharey="row")
    for (name, parts), column in zip(columns.items(), axes.T, strict=True):
        values = sorted(parts)
        table = pd.concat([parts[value].assign(at=i) for i, value in enumerate(values)])
        for axis, quantity in zip(column, quantities, strict=True):
            _draw(axis, table, quantity)
        column[0].set_title(name)
        column[-1].set_xticks(range(len(values)), [f"{value:g}" for value in values])
        column[-1].set(xlabel=name, xlim=(-0.3, len(values) - 0.7))
    for axis, quantity in zip(axes[:, 0], quantities, strict=True):
        axis.set(ylabel=ROWS[quantity][0], ylim=(0, None))
    figure.suptitle(runs_of(widths, "run") + " of each training", fontsize=7)
    return figure


def _by_run(table):
    """The mean over directions, one row for each run; `open` where any of them did not reach the level."""
    names = ["norm", "loss", "distance", "share", "angle"]
    return table.groupby("run").agg(dict.fromkeys(names, "mean") | {"open": "any"}).reset_index()


def _draw(axis, table, quantity):
    _, colour = ROWS[quantity]
    points = table.assign(value=table[quantity])
    band(axis, points, "at", None, colour)
    means = points.groupby("at").agg(value=("value", "mean"), open=("open", "any"))
    for at, (value, lower) in zip(means.index, means.itertuples(index=False), strict=True):
        hollow = quantity in WIDTHS and lower
        axis.plot(at, value, "o", color=colour, markersize=3.5, markerfacecolor="white" if hollow else colour)
