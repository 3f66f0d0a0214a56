"""Garipov et al. 2018 (arXiv 1802.10026), figures 1, 4 and 5: train loss and test error on planes of parameter space.

White is low; axes are Euclidean distances. The plane through three networks trained from different seeds (dots) has three
separate basins; in that through two networks and the bend (diamond) of a curve trained between them is one basin that is bent.
One run of each plane, colours logarithmic, interpolated by monotone cubics; the loss includes the decay term.

In the paper (ResNet-164 on CIFAR-100) the train loss is at most 0.098 along the Bezier curve and 0.109 along the polygonal
chain, where the straight segment rises to 5.5.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import looks, panels
from lossland.plotting.planes import marks, relief, spanning
from lossland.statistics.tables import Table, by_label, interpolated, noted, one_run, pick, plane, untrained

ROWS = [("train", "loss", "train loss [nats]", 1), ("test", "error", "test error [%]", 100)]


def draw(*, planes: Table("landscape")) -> Figure:
    """A column for each of `planes`; what is above 5 nats is darkest, what is not finite is grey."""
    tables = {label: one_run(table) for label, table in by_label(planes).items()}
    figure, axes = panels(2, len(tables), height=2.2)
    for row, (split, quantity, label, scale) in zip(axes, ROWS, strict=True):
        parts = [pick(table, split=split, quantity=quantity) for table in tables.values()]
        grids = [scale * plane(part, split, quantity) for part in parts]
        relief(figure, row, grids, 5.0 if quantity == "loss" else 100.0, label, aspect=18, pad=0.01)
        for axis, part, (title, look) in zip(row, parts, looks(planes).items(), strict=True):
            marks(axis, part, look["color"])
            networks, _ = spanning(pick(tables[title], split="train", quantity="error"))
            axis.set(title=noted(title, untrained(networks["value"].max()), interpolated(part)), aspect="equal")
        row[0].set_ylabel("distance")
    for axis in axes[-1]:
        axis.set_xlabel("distance")
    return figure
