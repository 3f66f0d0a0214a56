"""Garipov et al. 2018 (arXiv 1802.10026), figures 1, 4 and 5: train loss and test error on planes of parameter space.

White is low; axes are Euclidean distances. The plane through three networks trained from different seeds (dots) has three
separate basins; in that through two networks and the bend (diamond) of a curve trained between them is one basin that is bent.
One run of each plane, colours logarithmic; the loss includes the decay term.

In the paper (ResNet-164 on CIFAR-100) the train loss is at most 0.098 along the Bezier curve and 0.109 along the polygonal
chain, where the straight segment rises to 5.5.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.plotting.panels import looks, panels, relief
from lossland.statistics.tables import Table, by_label, noted, one_run, pick, plane, spaced, untrained, where

ROWS = [("train", "loss", "train loss [nats]", 1), ("test", "error", "test error [%]", 100)]


def draw(*, planes: Table("landscape"), highest: Positive = 5.0) -> Figure:
    """A column for each of `planes`; what is above `highest` nats is darkest, what is not finite is grey."""
    tables = {label: one_run(table) for label, table in by_label(planes).items()}
    figure, axes = panels(2, len(tables), height=2.2)
    for row, (split, quantity, label, scale) in zip(axes, ROWS, strict=True):
        parts = [pick(table, split=split, quantity=quantity) for table in tables.values()]
        levels = spaced(scale * pd.concat(parts)["value"], highest if quantity == "loss" else 100.0)
        for axis, part, (title, look) in zip(row, parts, looks(planes).items(), strict=True):
            drawn = relief(axis, scale * plane(part, split, quantity), levels)
            _marks(axis, part, look["color"])
            networks, _ = _spanning(pick(tables[title], split="train", quantity="error"))
            axis.set(title=noted(title, untrained(networks["value"].max())), aspect="equal")
        row[0].set_ylabel("distance")
        bar = figure.colorbar(drawn, ax=row, label=label, ticks=levels[::3], format="%.3g", aspect=18, pad=0.01)
        bar.minorticks_off()
    for axis in axes[-1]:
        axis.set_xlabel("distance")
    return figure


def _marks(axis, table, colour):
    path = where(table, mark="path").sort_values("index")
    axis.plot(path["u0"], path["u1"], color=colour, linewidth=1.2)
    ends, bend = _spanning(table)
    axis.plot(ends["u0"], ends["u1"], "o", color=colour, markeredgecolor="white", markersize=5)
    axis.plot(bend["u0"], bend["u1"], "D", color="white", markeredgecolor=colour, markersize=4)


def _spanning(table):
    """The networks that span the plane, and the bend if there is a curve."""
    points = where(table, mark="spanning").sort_values("index")
    return (points, points[:0]) if where(table, mark="path").empty else (points[:2], points[2:])
