"""Fort et al. 2019 (arXiv 1912.02757), figure S3: which randomness of a training makes networks differ.

    disagreement = share of examples with other labels        1 - cosine, of the weights

A dot is a pair of networks, a bar the mean of the pairs. Networks that share initialisation and order of batches differ by
what the hardware does alone.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Group, Split
from lossland.plotting.panels import panels
from lossland.plotting.style import SERIES
from lossland.statistics.tables import Table, only, parts

CAPTION = """
Pairs of networks that share their initialisation, the order of their batches, both or nothing: on how many examples their
labels differ, and how far apart their weights point. Dots are pairs, bars their mean. The paper asks which source of
randomness makes networks differ (as remembered, not confirmed); two trainings that share all of them show the floor that is
left by the hardware, which is zero where equal trainings give equal bytes.
"""


def draw(
    *,
    disagreement: Table("disagreement"),
    cosine: Table("cosine"),
    titles: list[list[str]],
    group: Group = "weights",
    split: Split = "test",
) -> Figure:
    """`titles` lists [subspace, label] of each pool of networks in the order drawn; all pairs of all of its runs.

    Raises ValueError where a table lacks a pool.
    """
    figure, (axes,) = panels(1, 2, height=0.7 + 0.35 * len(titles), sharey=True)
    figure.set_figwidth(6.2)
    labels, pools = zip(*parts(disagreement, titles, "disagreement"), strict=True)
    differing = [100 * only(part, "disagreement", split=split)["disagreement"] for part in pools]
    turned = [1 - only(part, "cosine", group=group)["cosine"] for _, part in parts(cosine, titles, "cosine")]
    _dots(axes[0], differing, f"disagreement, {split} data [%]")
    _dots(axes[1], turned, f"1 - cosine similarity, {group}")
    axes[0].set_yticks(range(len(labels)), labels)
    axes[0].invert_yaxis()
    return figure


def _dots(axis, pairs, label):
    for y, values in enumerate(pairs):
        colour = SERIES[y % len(SERIES)]
        axis.barh(y, values.mean(), height=0.6, color=colour, alpha=0.35)
        beside = y + np.linspace(-0.2, 0.2, len(values)) * (len(values) > 1)
        axis.plot(values, beside, "o", color=colour, markersize=2.5, clip_on=False)
        axis.annotate(
            f"{values.mean():.2f}", (max(values.max(), values.mean()), y), (5, 0), textcoords="offset points", va="center"
        )
    axis.set(xlabel=label, xlim=(0, 1.2 * max(values.max() for values in pairs) or 1))
