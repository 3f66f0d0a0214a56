"""Benton et al. 2021 (arXiv 2102.13042), figure 11: ensembles on images that become noisier.

    nll at the fitted temperature = nll of softmax(log p / T)      p the mean prediction, T fitted on the clean images

Accuracy and nll, as it is and after a temperature fitted on the clean images, against the severity of the corruption (0:
clean): of ensembles of equally many components (solid) and of one component (dashed). A component is a trained network, a
simplex of low loss around one (ESPRO), or samples of another distribution of weights around one. Lines are means over groups
of networks and over the choices of components in each, bands the range of the groups.

In the paper (VGG16 on CIFAR-10, Gaussian noise) ESPRO is the most accurate at all levels of noise, and after temperature
scaling it has the lowest nll.
"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from lossland.options import Count
from lossland.plotting.panels import legend_below, lines, looks, panels, runs_of
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, derived, noted, pick, untrained


def draw(*, shifts: Table("shift"), networks: Table("ensemble"), size: Count, corruption: str = "gaussian_noise") -> Figure:
    """`size` is the number of components in the larger ensembles; `networks` are scores on the training data."""
    table = derived(pd.concat([pick(shifts, severity=0), pick(shifts, corruption=corruption)]))
    own = looks(table)
    figure, (axes,) = panels(1, 3, height=2.4)
    for axis, quantity in zip(axes, ("accuracy", "nll", "nll_tempered"), strict=True):
        name, scale = AXES[quantity]
        for components, style in ((size, "-"), (1, "--")):
            means = pick(table, size=components).groupby(["subspace", "severity", "run"], as_index=False, sort=False)
            part = means[quantity].mean()
            look = {"linestyle": style, "markersize": 3, "linewidth": 1.1, "legend": style == "-"}
            lines(axis, part, "severity", own, y=quantity, scale=scale, **look)
        axis.plot([], [], "--", color="black", linewidth=1.1, label="one component")
        axis.set(xlabel=f"severity of {corruption.replace('_', ' ')}", ylabel=name)
        axis.xaxis.set_major_locator(MultipleLocator(1))
    legend_below(figure, axes, title=noted(runs_of(table, "group"), untrained(networks["error"].max())))
    return figure
