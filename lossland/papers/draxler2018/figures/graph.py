"""Draxler et al. 2018 (arXiv 1803.00885), the evaluation notebook of its code: the graph of minima and of their saddles.

    weight(i, j) = highest train nll on the best path between minima i and j
    height(i, j) = least over walks from i to j of the highest weight on the walk

Left, minima (numbered from the lowest train loss on) and the paths found between them, coloured by their weight, thick those
of the minimum spanning tree. Middle, the train loss along the paths of the tree, by the dense evaluation after the last cycle.
Right, the disconnectivity graph: a leaf ends at the loss of its minimum, and branches meet at the height; squares with bars
are means and standard deviations of the minima and of the saddles of the tree.

The notebook has 0.0162 ± 0.0009 nats for ten minima of a ResNet-20 and 0.0324 ± 0.0033 for the nine saddles of their tree: all
of them lie in one connected valley of low loss.
"""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from lossland.papers.published import numbers
from lossland.plotting.panels import branches, logarithmic, panels
from lossland.plotting.style import COLOURS, LIGHT_TO_DARK
from lossland.statistics.saddle_graph import edges, losses, merges
from lossland.statistics.tables import Table, pick

PRINTED = {"train_loss": COLOURS["segment"], "saddle_train_loss": COLOURS["bezier"]}


def draw(*, saddles: Table("saddles"), cycles: Table("cycles"), digitised: bool = False) -> Figure:
    """Of paths that join one set of minima; `digitised` draws the notebook's means beside ours."""
    minima, found = losses(saddles), edges(saddles)
    tree = found[found["tree"]]
    norm = Normalize(found["saddle"].min(), found["saddle"].max())
    figure, ((circle, along, joined),) = panels(1, 3, height=2.6, width_ratios=[1.5, 1, 1.2])
    _circle(circle, found, len(minima), norm)
    figure.colorbar(ScalarMappable(norm, LIGHT_TO_DARK), ax=circle, label="saddle, train nll [nats]", shrink=0.7)
    last = cycles[cycles["cycle"] == cycles["cycle"].max()].sort_values("share")
    for edge in tree[::-1].itertuples():
        dense = pick(last, subspace=edge.subspace, run=edge.run)
        along.plot(dense["share"], dense["nll"], color=LIGHT_TO_DARK(norm(edge.saddle)), linewidth=1.1)
    along.set(xlabel="share of the length", ylabel="train nll [nats]", xlim=(0, 1), title="Along the tree")
    logarithmic(along)
    below = {"xytext": (0, -3), "textcoords": "offset points", "ha": "center", "va": "top", "fontsize": 7}
    for leaf, x in branches(joined, minima.to_numpy(), merges(found, len(minima))).items():
        joined.annotate(leaf + 1, (x, minima.iloc[leaf]), **below)
    _means(joined, len(minima), minima, tree["saddle"], digitised)
    joined.set(ylabel="train nll [nats]", title="Where minima are joined")
    joined.margins(y=0.1)
    logarithmic(joined)
    return figure


def _circle(axis, found, n, norm):
    angle = np.pi / 2 - 2 * np.pi * np.arange(n) / n
    x, y = np.cos(angle), np.sin(angle)
    for edge in found[::-1].sort_values("tree").itertuples():
        ends = [edge.first - 1, edge.second - 1]
        width = 3.2 if edge.tree else 0.9
        axis.plot(x[ends], y[ends], color=LIGHT_TO_DARK(norm(edge.saddle)), linewidth=width, solid_capstyle="round")
    axis.plot(x, y, "o", color="white", markeredgecolor="black", markersize=13)
    for number in range(n):
        axis.annotate(number + 1, (x[number], y[number]), ha="center", va="center_baseline", fontsize=7)
    axis.set(aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), title="Minima and paths")
    axis.axis("off")


def _means(axis, n, minima, saddles, digitised):
    look = {"fmt": "s", "markersize": 4, "capsize": 2, "elinewidth": 0.8}
    for values, colour in zip((minima, saddles), PRINTED.values(), strict=True):
        axis.errorbar(n + 0.2, values.mean(), values.std(), color=colour, **look)
    if digitised:
        for one in numbers("draxler2018", table="Evaluate.ipynb", metric=list(PRINTED)).itertuples():
            axis.errorbar(n + 1.4, one.value, float(one.std), color=PRINTED[one.metric], mfc="white", **look)
    axis.set_xticks([n + 0.2, n + 1.4][: 1 + digitised], ["mean", "paper"][: 1 + digitised], rotation=45)
