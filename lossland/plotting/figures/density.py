"""Spectral densities of the Hessian and its like, from the nodes of Lanczos runs (Ghorbani et al. 2019, arXiv 1901.10159).

    phi(t) = mean over runs and starts of sum_k w_k N(t; t_k, width^2)

A panel for each label; logarithmic, for single eigenvalues lie far outside the bulk. The `width` is a share of the range of all
nodes of the panel. Densities below a tenth of the peak of a single eigenvalue are not shown. Above each panel: the trace and
the standard error of its estimate, means over runs.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.plotting.panels import tiles
from lossland.plotting.style import SERIES
from lossland.statistics.spectra import density, numbers
from lossland.statistics.tables import Table, by_label

POINTS = 1000


def draw(*, spectra: Table("spectrum"), width: Positive = 5e-3) -> Figure:
    """Points of which a matrix is not finite are left out."""
    known = by_label(spectra)
    figure, axes = tiles(len(known), 2)
    for axis, (label, nodes) in zip(axes, known.items(), strict=True):
        nodes, found = nodes.dropna(subset="value"), numbers(nodes)
        axis.set(title=f"{label}\ntrace {found['trace'].mean():.3g} ± {found['error'].mean():.1g}", xlabel="eigenvalue")
        if nodes.empty:
            continue
        low, high = nodes["value"].min(), nodes["value"].max()
        own = width * (high - low or 1.0)
        at = np.linspace(low - 4 * own, high + 4 * own, POINTS)
        phi = density(nodes, at, own)
        least = 1 / (nodes["dimension"].iloc[0] * own * np.sqrt(2 * np.pi))  # the peak of one eigenvalue
        axis.semilogy(at, phi, color=SERIES[0])
        axis.fill_between(at, phi, least / 100, color=SERIES[0], alpha=0.2, linewidth=0)
        axis.set(ylim=(least / 10, 2 * phi.max()), ylabel="density")
    return figure
