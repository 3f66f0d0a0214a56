"""Benton et al. 2021 (arXiv 2102.13042), figure A.2: points that are drawn in a simplex, as they lie in its plane.

    (x, y) = the distances along the first edge of a complex and across it, of draws that are uniform in its simplexes

A simplex whose first edge is made N times as long, beside the simplex as it is, shows whether the draws crowd at a corner.
"""

from matplotlib.figure import Figure

from lossland.options import Count
from lossland.plotting.panels import legend_of, tiles
from lossland.plotting.style import SERIES
from lossland.statistics.tables import Table, first_run, parts, where

CAPTION = """
Dots are points drawn in a simplicial complex, projected onto the plane of its first three vertices; the colour is the simplex
that a point was drawn in. A panel whose title says so shows the same draws with the first edge made that many times as long;
there the scales of the axes differ as much. The paper (appendix A.1) looks in this way at a simplex with equal edges and at
one that is stretched 100 : 1 : 1.
"""


def draw(*, samples: Table("sampled"), titles: list[list[str]], columns: Count = 3) -> Figure:
    """`titles` lists [subspace, title] of each complex in the order drawn, one run of it, with a panel for each stretch; rows
    of simplex -1 are its corners.

    Raises ValueError where a complex is missing.
    """
    shown = [(title, first_run(part)) for title, part in parts(samples, titles, "samples")]
    chosen = [(title, *panel) for title, part in shown for panel in part.groupby("stretch")]
    figure, axes = tiles(len(chosen), columns, height=2.3)
    for axis, (title, stretch, part) in zip(axes, chosen, strict=True):
        corner = where(part, simplex=-1).sort_values("index")
        axis.fill(corner["x"], corner["y"], fill=False, edgecolor=SERIES[-2], linewidth=0.9)
        drawn = part[part["simplex"] >= 0]
        for number, points in drawn.groupby("simplex"):
            colour = SERIES[number % len(SERIES)]
            look = {"markersize": 3, "alpha": 0.7, "markeredgewidth": 0}
            axis.plot(points["x"], points["y"], "o", color=colour, label=f"simplex {number}", **look)
        long = f"\none edge {stretch:g} times as long" if stretch != 1 else ""
        axis.set(title=f"{title}: {len(drawn)} draws{long}")
    figure.supxlabel("distance along the first edge")
    figure.supylabel("distance across it")
    if samples["simplex"].max() > 0:
        legend_of(figure, axes, "outside upper center", ncols=6)
    return figure
