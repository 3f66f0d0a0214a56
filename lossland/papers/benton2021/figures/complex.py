"""Benton et al. 2021 (arXiv 2102.13042), figure 4 (right) as a page to turn: a simplicial complex in three dimensions.

    (x, y, z) = the first three principal components of all vertices

Drag to turn, scroll to come closer, rest on a vertex to read its loss. Dots are modes, networks that were trained on their
own, diamonds are connectors; lines are edges of simplexes, and triangles their faces.

In the paper (VGG16) seven modes and nine connectors make one complex of twelve simplexes, all of it of low loss. It does not
say how it projects; principal components keep most of the distances.
"""

import numpy as np
import plotly.graph_objects as go

from lossland.plotting.style import COLOURS, SERIES
from lossland.statistics.tables import Table, cliques, cube, one_run


def draw(*, vertices: Table("vertices")) -> go.Figure:
    """One run of the complex. Axes are distances in true proportions, with the share of the variance that each holds."""
    table = one_run(vertices).sort_values("index").reset_index(drop=True)
    look = {"backgroundcolor": "white", "gridcolor": "#dddddd", "zerolinecolor": "#dddddd"}
    shares = [f"PC {i}: {100 * table[f'share_{name}'].iloc[0]:.0f} % of variance" for i, name in enumerate("xyz", 1)]
    sides = zip("xyz", shares, *cube(table), strict=True)
    scene = {f"{name}axis": {"title": share, "range": [low, high]} | look for name, share, low, high in sides}
    scene |= {"aspectmode": "cube", "camera": {"eye": {"x": 1.6, "y": -1.4, "z": 0.9}, "center": {"x": 0, "y": 0, "z": -0.15}}}
    figure = go.Figure([_faces(table), _edges(table), _vertices(table, "mode"), _vertices(table, "connector")])
    figure.update_layout(scene=scene, font={"family": "system-ui, sans-serif", "size": 12}, template="none")
    return figure.update_layout(legend={"x": 0, "y": 1}, showlegend=True, margin=dict.fromkeys("lrtb", 20))


def _faces(table):
    i, j, k = np.array(cliques(table, 3), dtype=int).reshape(-1, 3).T
    look = {"color": SERIES[5], "opacity": 0.18, "name": "face", "showlegend": len(i) > 0, "hoverinfo": "skip"}
    return go.Mesh3d(x=table["x"], y=table["y"], z=table["z"], i=i, j=j, k=k, **look)


def _edges(table):
    """One line; a point that is none after each edge lifts the pen."""
    ends = table[["x", "y", "z"]].to_numpy()[np.array(cliques(table, 2), dtype=int).reshape(-1, 2)]
    x, y, z = np.concatenate([ends, np.full((len(ends), 1, 3), np.nan)], axis=1).reshape(-1, 3).T
    look = {"mode": "lines", "line": {"color": "#555555", "width": 2}, "name": "edge", "hoverinfo": "skip"}
    return go.Scatter3d(x=x, y=y, z=z, **look)


def _vertices(table, name):
    part = table[table["mode"] == (name == "mode")]
    symbol = {"size": 6, "symbol": "circle"} if name == "mode" else {"size": 5, "symbol": "diamond"}
    said = f"{name} %{{text}}<br>train nll %{{customdata[0]:.3g}} nats<br>train error %{{customdata[1]:.3g}} %"
    return go.Scatter3d(
        x=part["x"],
        y=part["y"],
        z=part["z"],
        mode="markers+text",
        text=part["index"].astype(str),
        textposition="top center",
        customdata=part[["nll", "error", "simplexes"]].assign(error=100 * part["error"]).to_numpy(),
        hovertemplate=f"{said}<br>simplexes %{{customdata[2]}}<extra></extra>",
        marker=symbol | {"color": COLOURS[name], "line": {"color": "white", "width": 1}},
        name=name,
    )
