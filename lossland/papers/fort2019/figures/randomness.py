"""Fort et al. 2019 (arXiv 1912.02757), figure S3: which randomness of a training makes networks differ.

Pairs of networks that share their initialisation, the order of their batches, both or nothing: on how many examples their
labels differ, and how far apart their weights point. A dot is a pair, a bar the mean of the pairs. Two trainings that share
all of it differ only by what the hardware does: zero if equal trainings give equal bytes.

The paper asks which source of randomness makes networks differ (as remembered, not confirmed).
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import panels, warn
from lossland.plotting.style import SERIES
from lossland.statistics.tables import Table, by_label, pick


def draw(
    *,
    disagreement: Table("disagreement"),
    cosine: Table("cosine"),
    trained: Table("landscape"),
) -> Figure:
    """A bar for each label: all pairs of all of its runs."""
    differing = {label: 100 * part["disagreement"] for label, part in by_label(pick(disagreement, split="test")).items()}
    turned = {label: 1 - part["cosine"] for label, part in by_label(pick(cosine, group="weights")).items()}
    figure, (axes,) = panels(1, 2, height=0.7 + 0.35 * len(differing), width=3.1, sharey=True)
    _dots(axes[0], differing.values(), "disagreement, test data [%]")
    _dots(axes[1], turned.values(), "1 - cosine similarity, weights")
    axes[0].set_yticks(range(len(differing)), list(differing))
    axes[0].invert_yaxis()
    warn(figure, trained)
    return figure


def _dots(axis, pairs, name):
    for y, (values, colour) in enumerate(zip(pairs, SERIES, strict=False)):
        axis.barh(y, values.mean(), height=0.6, color=colour, alpha=0.35)
        beside = y + np.linspace(-0.2, 0.2, len(values)) * (len(values) > 1)
        axis.plot(values, beside, "o", color=colour, markersize=2.5, clip_on=False)
        at = (max(values.max(), values.mean()), y)
        axis.annotate(f"{values.mean():.2f}", at, (5, 0), textcoords="offset points", va="center")
    axis.set(xlabel=name, xlim=(0, 1.2 * max(values.max() for values in pairs) or 1))
