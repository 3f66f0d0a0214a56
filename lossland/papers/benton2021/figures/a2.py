"""Benton et al. 2021 (arXiv 2102.13042), figure A.2: points that are drawn in a simplex, as they lie in its plane.

    (x, y) = the distances along the first edge of a complex and across it, of draws that are uniform in its simplexes

Dots are points drawn in a simplicial complex, projected onto the plane of its first three vertices; the colour is the simplex
that a point was drawn in. A panel whose title says so shows the same draws with the first edge made that many times as long:
there it can be seen whether the draws crowd at a corner, and the scales of the axes differ as much.

In the paper (appendix A.1) a simplex with equal edges and one that is stretched 100 : 1 : 1 are shown in this way. That draws
are uniform in both is a law, not a claim about networks.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import broken, legend_of, tiles
from lossland.plotting.style import SERIES
from lossland.statistics.tables import Table, one_run, where


def draw(*, samples: Table("sampled")) -> Figure:
    """One run of each complex; rows of simplex -1 are its corners."""
    chosen = list(samples.groupby(["subspace", "stretch"], sort=False))
    figure, axes = tiles(len(chosen), 3, height=2.3)
    for axis, ((label, stretch), part) in zip(axes, chosen, strict=True):
        part = one_run(part)
        corner, drawn = where(part, simplex=-1).sort_values("index"), part[part["simplex"] >= 0]
        axis.fill(corner["x"], corner["y"], fill=False, edgecolor=SERIES[-2], linewidth=0.9)
        for number, points in drawn.groupby("simplex"):
            look = {"color": SERIES[number % len(SERIES)], "markersize": 3, "alpha": 0.7, "markeredgewidth": 0}
            axis.plot(points["x"], points["y"], "o", label=f"simplex {number}", **look)
        long = f",\none edge {stretch:g} times as long" if stretch != 1 else ""
        axis.set(title=f"{broken(label, 20)}\n{len(drawn)} draws{long}")
    figure.supxlabel("distance along the first edge")
    figure.supylabel("distance across it")
    if samples["simplex"].max() > 0:
        legend_of(figure, axes, "outside upper center", ncols=6)
    return figure
