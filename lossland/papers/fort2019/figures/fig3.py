"""Fort et al. 2019 (arXiv 1912.02757), figures 3 and S4: how alike the networks of a set are, in weights and in labels.

    cosine(i, j) = <theta_i, theta_j> / (|theta_i| |theta_j|)        disagreement(i, j) = share of examples with other labels

A row for each set: independent networks of one architecture, or the samples of one run of cyclical SG-MCMC (what figure S4
shows is remembered, not confirmed).
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Group, Split
from lossland.plotting.panels import panels
from lossland.plotting.style import AXES, COLUMN, WHITE_TO_DARK
from lossland.statistics.tables import Table, first_run, matrix, only, parts

CAPTION = """
Each network of a set against each other; above each matrix, the mean of all pairs. Left, the cosine of the angle between
their weights: in the paper independent networks are nearly orthogonal (as remembered, not confirmed). Right, the share of the
examples on which their labels differ: in a re-implementation (CIFAR-10, ten networks of each kind) 27 % for a CNN of 15,722
parameters and 13 % for a residual network of 575,114, where the mean cosines are 0.01 and, with the scales of batch norm,
0.18.
"""


def draw(
    *,
    cosine: Table("cosine"),
    disagreement: Table("disagreement"),
    titles: list[list[str]],
    group: Group = "weights",
    split: Split = "test",
) -> Figure:
    """`titles` lists [subspace, title] of each set in the order drawn, a row each; one run of it.

    Rows share their colours. Raises ValueError where a table lacks a set.
    """
    given = {"cosine": (cosine, 1, {"group": group}), "disagreement": (disagreement, 0, {"split": split})}
    figure, axes = panels(len(titles), 2, height=COLUMN, layout="compressed")
    for column, (quantity, (table, same, which)) in zip(axes.T, given.items(), strict=True):
        label, scale = AXES[quantity]
        sets = [(title, only(first_run(part), quantity, **which)) for title, part in parts(table, titles, quantity)]
        matrices = [scale * matrix(pairs, quantity, same) for _, pairs in sets]
        low, high = min(0, *(m.min() for m in matrices)), max(scale * same, *(m.max() for m in matrices))
        for axis, (title, pairs), values in zip(column, sets, matrices, strict=True):
            numbers = np.arange(1, len(values) + 1)
            drawn = axis.pcolormesh(numbers, numbers, values, cmap=WHITE_TO_DARK, vmin=low, vmax=high, rasterized=True)
            mean = pairs[quantity].mean()
            said = f"{mean:.3f}" if scale == 1 else f"{scale * mean:.1f} %"
            axis.set(title=f"{title}\nmean of pairs {said}", xlabel="network", ylabel="network", aspect="equal")
            axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        figure.colorbar(
            drawn, ax=column, label=f"{label}, {group if quantity == 'cosine' else split}", location="bottom", aspect=25
        )
    return figure
