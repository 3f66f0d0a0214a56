"""How the scores of networks are distributed over runs: a dot for each network, a line for their mean.

Each column is a split of a label. The bar is the standard deviation over runs, which says little of few: then look at the dots.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Split
from lossland.plotting.panels import looks, panels
from lossland.plotting.style import AXES, COLUMN
from lossland.statistics.tables import Table, beside, by_label, pick, quantities_of, splits_of


def draw(*, networks: Table("trained"), splits: list[Split] = (), quantities: list[str] = ()) -> Figure:
    """A panel for each quantity (default: all), and for each split of a label a column of dots. Raises ValueError if one was
    not measured."""
    splits, quantities = splits or splits_of(networks), quantities or quantities_of(networks)
    labels = list(by_label(networks))
    figure, (axes,) = panels(1, len(quantities), height=COLUMN)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for x, (label, look) in enumerate(looks(networks).items()):
            for i, split in enumerate(splits):
                values = scale * pick(networks, subspace=label, split=split, quantity=quantity)["value"]
                at = x + (i + 0.5) / len(splits) - 0.5
                axis.plot(beside(at, len(values), 0.3 / len(splits)), values, "o", color=look["color"], alpha=0.5, markersize=3)
                spread = {"yerr": values.std() if len(values) > 1 else 0.0, "color": look["color"], "capsize": 2}
                axis.errorbar(at, values.mean(), **spread, fmt="_", markersize=10)
        axis.set(ylabel=name, xlim=(-0.6, len(labels) - 0.4))
        ticks = [(x + (i + 0.5) / len(splits) - 0.5, split) for x in range(len(labels)) for i, split in enumerate(splits)]
        axis.set_xticks(*zip(*ticks, strict=True))
        axis.secondary_xaxis("top").set_xticks(np.arange(len(labels)), labels)
    return figure
