"""Fort et al. 2019 (arXiv 1912.02757), figures 3 and S4: how alike the networks of a set are, in weights and in labels.

Each network of a set against each other; above each matrix, the mean of all pairs.

    cosine(i, j) = <theta_i, theta_j> / (|theta_i| |theta_j|)        disagreement(i, j) = share of examples with other labels

A row for each set: independent networks of one architecture, or the samples of one run of cyclical SG-MCMC (what figure S4
shows is remembered, not confirmed).

In the paper independent networks are nearly orthogonal (as remembered, not confirmed). In a re-implementation (CIFAR-10, ten
networks of each kind) labels differ on 27 % of the examples for a CNN of 15,722 parameters and on 13 % for a residual network
of 575,114, where the mean cosines are 0.01 and, with the scales of batch norm, 0.18.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Group, Split
from lossland.plotting.panels import panels
from lossland.plotting.style import AXES, COLUMN, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, matrix, one_run, pick


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
            mean = pairs[quantity].mean()
            said = f"{mean:.3f}" if scale == 1 else f"{scale * mean:.1f} %"
            axis.set(title=f"{label}\nmean of pairs {said}", xlabel="network", ylabel="network", aspect="equal")
            axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        figure.colorbar(drawn, ax=column, label=f"{name}, {which}", location="bottom", aspect=25)
    return figure
