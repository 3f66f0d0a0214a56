"""Garipov et al. 2018 (arXiv 1802.10026), figures 1, 4 and 5: train loss and test error on planes of parameter space.

Left, the plane of three independent networks: isolated basins. Middle and right, the plane of two networks and the bend
of a Bezier curve or polygonal chain between them: the basins are joined. Axes are Euclidean distances.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.plotting.panels import panels, relief
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, first_run, sheet, spaced, where

CAPTION = """
White is low. Left, the plane through three networks that were trained from different seeds: three separate basins. Middle
and right, the plane through two networks and the bend (diamond) of a trained curve between them: one basin that is bent.
In the paper (ResNet-164 on CIFAR-100) the train loss is at most 0.098 along the Bezier curve and 0.109 along the polygonal
chain, where the straight segment rises to 5.5.
"""
TITLES = {"networks": "three networks", "bezier": "Bezier curve", "polychain": "polygonal chain"}


def draw(
    *,
    networks: Table("landscape"),
    bezier: Table("landscape"),
    polychain: Table("landscape"),
    highest: Positive = 5.0,
) -> Figure:
    """One run of each plane. Colours are logarithmic; what is above `highest` nats is darkest, what is not finite is grey."""
    tables = {"networks": first_run(networks), "bezier": first_run(bezier), "polychain": first_run(polychain)}
    rows = [("train", "loss", "train loss [nats]", 1, highest), ("test", "error", "test error [%]", 100, 100.0)]
    figure, axes = panels(2, 3, height=2.2)
    for line, (split, quantity, label, scale, top) in zip(axes, rows, strict=True):
        parts = {name: where(table, split=split, quantity=quantity) for name, table in tables.items()}
        levels = spaced(scale * pd.concat(parts.values())["value"], top)
        for axis, (name, part) in zip(line, parts.items(), strict=True):
            drawn = relief(axis, scale * sheet(tables[name], split, quantity), levels)
            _marks(axis, part, COLOURS.get(name, COLOURS["segment"]))
            axis.set(title=TITLES[name], aspect="equal")
        line[0].set_ylabel("distance")
        bar = figure.colorbar(drawn, ax=line, label=label, ticks=levels[::3], format="%.3g", aspect=18, pad=0.01)
        bar.minorticks_off()
    for axis in axes[-1]:
        axis.set_xlabel("distance")
    return figure


def _marks(axis, table, colour):
    path = where(table, mark="path").sort_values("index")
    axis.plot(path["u0"], path["u1"], color=colour, linewidth=1.2)
    points = where(table, mark="spanning").sort_values("index")
    ends, bend = (points, points[:0]) if path.empty else (points[:2], points[2:])
    axis.plot(ends["u0"], ends["u1"], "o", color=colour, markeredgecolor="white", markersize=5)
    axis.plot(bend["u0"], bend["u1"], "D", color="white", markeredgecolor=colour, markersize=4)
