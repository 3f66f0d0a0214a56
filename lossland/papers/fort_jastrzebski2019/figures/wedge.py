"""Fort & Jastrzebski 2019 (arXiv 1906.04724), the toy model: wedges that are long in n of D directions, and what they explain.

    L(P) = norm of the D - n smallest |coordinates| of P = distance to the nearest wedge

    to the optimum    L((1-t) P_0 + t P*) / L(P_0)             between optima    L((1-t) P* + t Q*) / L(P_0)
    random cuts       L(r P_0 + M z) / L(r P_0) at its least, M [D d] random and orthonormal

A loss without any network, the distance to the nearest of many wedges, behaves as those of networks do. Left, from an
initialisation to the optimum that was found from it the loss falls all the way. Middle, between two such optima there is a
barrier. Right, in a random subspace of dimension d, at several distances from the origin, an optimum is found once d exceeds
the D - n short directions of a wedge, for a d-dimensional subspace meets an n-dimensional one in R^D if d + n > D. Lines are
means over runs, bands their range; so is the loss at the beginning, and L(r P) = r L(P). The grey line is the least loss with
a single wedge, on average sqrt(1 - d / (D - n)).

In the paper this model is proposed for all three; its form, and in which form it draws them, is remembered, not confirmed.
"""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Count, Label
from lossland.plotting.panels import legend_of, lines, looks, panels
from lossland.plotting.style import GREY
from lossland.statistics.tables import Table, pick


def draw(
    *, interpolation: Table("landscape"), segment: Table("landscape"), cuts: Table("cuts"), short: dict[Label, Count]
) -> Figure:
    """`short` maps the label of each model to its D - n."""
    figure, ((line, between, cut),) = panels(1, 3, height=2.4)
    own, cuts = looks(interpolation), pick(cuts, split="train")
    down, across = (pick(paths, mark="grid", split="train", quantity="nll") for paths in (interpolation, segment))
    start = pick(down, u0=down["u0"].min()).groupby("subspace")["value"].mean()
    for axis, paths in ((line, down), (between, across)):
        lines(axis, paths.assign(value=paths["value"] / paths["subspace"].map(start)), "u0", own)
    styles = dict(zip(sorted(cuts["radius"].unique()), cycle(("-", "--", "-.", ":"))))
    for (label, radius), part in cuts.groupby(["subspace", "radius"]):
        mean = part.groupby("dimension")["nll"].mean() / (radius * start[label])
        look = {"color": own[label]["color"], "linewidth": 1, "marker": "o", "markersize": 2}
        cut.plot(mean.index / short[label], mean, styles[radius], **look)
    for radius, style in styles.items():
        cut.plot([], [], style, color="black", linewidth=1, label=f"radius {radius:g}")
    x = np.linspace(0, 1, 101)
    cut.plot(x, np.sqrt(1 - x), color=GREY, label="a single wedge")
    cut.axvline(1, color=GREY, linewidth=0.6)
    line.set(title="from initialisation to optimum", xlabel="t")
    between.set(title="between two optima", xlabel="t")
    cut.set(title="random cuts", xlabel="d / (D - n)")
    for axis in (line, between, cut):
        axis.set(ylabel="loss / loss at the beginning", ylim=(0, None))
    line.legend()
    legend_of(figure, (cut,), loc="outside lower right", ncols=5)
    return figure
