"""Fort & Jastrzebski 2019 (arXiv 1906.04724), the toy model: wedges that are long in n of D directions, and what they explain.

    L(P) = norm of the D - n smallest |coordinates| of P = distance to the nearest wedge

    to the optimum    L((1-t) P_0 + t P*) / L(P_0)             between optima    L((1-t) P* + t Q*) / L(P_0)
    random cuts       L(r P_0 + M z) / L(r P_0) at its least, M [D d] random and orthonormal

Loss at the beginning is its mean over runs; L(r P) = r L(P). A d-dimensional subspace meets an n-dimensional one in R^D where
d + n > D; the least loss of a random one with a single wedge is sqrt(1 - d / (D - n)) on average, the grey line. The form of
the model is remembered, not confirmed.
"""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_of, panels, styled
from lossland.plotting.style import GREY
from lossland.statistics.tables import Table, entries, rows_of, where

CAPTION = """
A loss without any network, the distance to the nearest of many wedges, behaves as those of networks do. Left, from an
initialisation to the optimum that was found from it the loss falls all the way. Middle, between two such optima there is a
barrier. Right, in a random subspace of dimension d, at several distances from the origin, an optimum is found once d exceeds
the D - n short directions of a wedge. The paper proposes this model for all three; in which form it draws them is
remembered, not confirmed.
"""


def draw(
    *,
    interpolation: Table("landscape"),
    segment: Table("landscape"),
    cuts: Table("cuts"),
    kinds: list[list[str | int]],
) -> Figure:
    """`kinds` lists [subspace of `interpolation`, of `segment`, of `cuts`, n, D] of each model in the order drawn.

    Raises ValueError where a table lacks what an entry names.
    """
    figure, axes = panels(1, 3, height=2.4)
    line, between, cut = axes[0]
    styles = dict(zip(sorted(cuts["radius"].unique()), cycle(("-", "--", "-.", ":"))))
    kinds = entries("kinds", kinds, "interpolation", "segment", "cuts", "n", "D")
    for colour, _, falls, rises, found, long, whole in styled(kinds):
        path = _path(interpolation, falls, "interpolation")
        start = path.loc[path["u0"] == path["u0"].min(), "value"].mean()
        for axis, points in ((line, path), (between, _path(segment, rises, "segment"))):
            band(axis, points.assign(value=points["value"] / start), "u0", f"n = {long}, D = {whole}", colour)
        points = where(rows_of(cuts, found, "cuts"), split="train")
        for radius, part in points.groupby("radius"):
            mean = part.groupby("dimension")["nll"].mean() / (radius * start)
            look = {"color": colour, "linewidth": 1, "marker": "o", "markersize": 2}
            cut.plot(mean.index / (whole - long), mean, styles[radius], **look)
    for radius, style in styles.items():
        cut.plot([], [], style, color="black", linewidth=1, label=f"radius {radius:g}")
    x = np.linspace(0, 1, 101)
    cut.plot(x, np.sqrt(1 - x), color=GREY, label="one wedge alone")
    cut.axvline(1, color=GREY, linewidth=0.6)
    line.set(title="from initialisation to optimum", xlabel="t")
    between.set(title="between two optima", xlabel="t")
    cut.set(title="random cuts", xlabel="d / (D - n)")
    for axis in axes[0]:
        axis.set(ylabel="loss / loss at the beginning", ylim=(0, None))
    line.legend()
    legend_of(figure, (cut,), loc="outside lower right", ncols=5)
    return figure


def _path(table, subspace, role):
    return where(rows_of(table, subspace, role), mark="grid", split="train", quantity="nll")
