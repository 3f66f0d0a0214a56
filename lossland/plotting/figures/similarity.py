"""Networks against each other: how far their weights point in one direction, and on how many examples their labels differ.

    cosine(i, j) = <theta_i, theta_j> / (|theta_i| |theta_j|)        disagreement(i, j) = share of examples with other labels

A row for each set of networks; above each matrix, the mean of all pairs. Of few networks each cell has its number.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Group, Split
from lossland.plotting.panels import panels
from lossland.plotting.style import AXES, COLUMN, SHADES, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, matrix, one_run, pick

FEW = 6  # networks, whose cells have room for numbers


def draw(
    *, cosine: Table("cosine"), disagreement: Table("disagreement"), group: Group = "weights", split: Split = "test"
) -> Figure:
    """A row for each label; rows share their colours."""
    chosen = {"cosine": (pick(cosine, group=group), 1, group), "disagreement": (pick(disagreement, split=split), 0, split)}
    figure, axes = panels(cosine["subspace"].nunique(), 2, height=COLUMN, layout="compressed")
    for column, (quantity, (table, same, which)) in zip(axes.T, chosen.items(), strict=True):
        name, scale = AXES[quantity]
        sets = {label: one_run(part) for label, part in by_label(table).items()}
        matrices = [scale * matrix(pairs, quantity, same) for pairs in sets.values()]
        low, high = min(0, *(m.min() for m in matrices)), max(scale * same, *(m.max() for m in matrices))
        for axis, (label, pairs), values in zip(column, sets.items(), matrices, strict=True):
            numbers = np.arange(1, len(values) + 1)
            drawn = axis.pcolormesh(numbers, numbers, values, cmap=WHITE_TO_DARK, vmin=low, vmax=high, rasterized=True)
            for (i, j), value in np.ndenumerate(values if len(values) <= FEW else values[:0]):
                colour = "white" if value - low > 0.55 * (high - low) else SHADES[-1]
                number = f"{round(value, 2) + 0.0:.2f}" if scale == 1 else f"{value:.1f}"
                axis.text(j + 1, i + 1, number, ha="center", va="center", color=colour)
            mean = pairs[quantity].mean()
            said = f"{round(mean, 2) + 0.0:.2f}" if scale == 1 else f"{scale * mean:.1f} %"
            axis.set(title=f"{label}\nmean of pairs {said}", xlabel="network", ylabel="network", aspect="equal")
            axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        figure.colorbar(drawn, ax=column, label=f"{name}, {which}", location="bottom", aspect=25)
    return figure
