"""Benton et al. 2021 (arXiv 2102.13042), figure 4 (right): a simplicial complex of modes and connectors in three dimensions.

    (x, y, z) = the first three principal components of all vertices

Two views of one projection; the axes are distances and say what share of the variance they hold. Dots are modes, networks that
were trained on their own, diamonds are connectors; lines are edges of simplexes, and triangles their faces.

In the paper (VGG16) seven modes and nine connectors make one complex of twelve simplexes, all of it of low loss. It does not
say how it projects; principal components keep most of the distances.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

from lossland.plotting.panels import legend_below, panels
from lossland.plotting.style import COLOURS, SERIES
from lossland.statistics.tables import Table, cliques, cube, one_run

VIEWS = ((22, -60), (22, 30))  # degrees of elevation and of azimuth


def draw(*, vertices: Table("vertices")) -> Figure:
    """One run of the complex; a mode bears its number."""
    table = one_run(vertices).sort_values("index").reset_index(drop=True)
    points = table[["x", "y", "z"]].to_numpy()
    figure, (axes,) = panels(1, len(VIEWS), height=3.2, width=3.5, subplot_kw={"projection": "3d", "computed_zorder": False})
    for axis, (elevation, azimuth) in zip(axes, VIEWS, strict=True):
        faces = points[np.array(cliques(table, 3), dtype=int).reshape(-1, 3)]
        axis.add_collection3d(Poly3DCollection(faces, facecolors=SERIES[5], alpha=0.2, linewidths=0), autolim=False)
        edges = points[np.array(cliques(table, 2), dtype=int).reshape(-1, 2)]
        axis.add_collection3d(Line3DCollection(edges, colors="#555555", linewidths=0.6), autolim=False)
        _vertices(axis, table)
        _axes(axis, table)
        axis.view_init(elevation, azimuth)
    legend_below(figure, axes, ncols=2)
    return figure


def _vertices(axis, table):
    for name, marker, size in (("mode", "o", 34), ("connector", "D", 24)):
        part = table[table["mode"] == (name == "mode")]
        look = {"color": COLOURS[name], "edgecolors": "white", "linewidths": 0.6, "depthshade": False, "zorder": 5}
        axis.scatter(part["x"], part["y"], part["z"], marker=marker, s=size, label=name, **look)
    for number, x, y, z in table.loc[table["mode"], ["index", "x", "y", "z"]].itertuples(index=False):
        axis.text(x, y, z, f"  {number}", fontsize=6, va="bottom", zorder=6)


def _axes(axis, table):
    """A cube, so that distances keep their proportions."""
    axis.set(**dict(zip(("xlim", "ylim", "zlim"), zip(*cube(table), strict=True), strict=True)))
    axis.set_box_aspect((1, 1, 1), zoom=0.95)
    for name, line in zip("xyz", (axis.xaxis, axis.yaxis, axis.zaxis), strict=True):
        line.set_pane_color((1, 1, 1, 0))
        line._axinfo["grid"].update(color="#dddddd", linewidth=0.4)
        line.set_major_locator(MaxNLocator(4))
        line.set_label_text(f"PC {'xyz'.index(name) + 1}: {100 * table[f'share_{name}'].iloc[0]:.0f} %")
    axis.tick_params(labelsize=6, pad=-2)
