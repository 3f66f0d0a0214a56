"""A landscape over a plane as a surface to turn: the planes of Garipov et al. 2018 (arXiv 1802.10026), figures 1, 4 and 5.

The height is the train loss, or another quantity of a `landscape` table. On it lie the networks that span the plane, and
the curve in it, at the heights that were measured for them, lifted a little to be seen.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lossland.options import Positive, Split
from lossland.style import COLOURS, SHADES

CAPTION = """
The height of the surface is the value at each point of the plane; what is lower is better, and paler. Dots are the
networks that span the plane, the diamond is the bend of a curve, the line is the curve: drag to turn, scroll to come
closer. Garipov et al. draw such planes as contours (figures 1, 4 and 5): between independent networks stands a ridge,
and a trained curve passes around it through one low valley.
"""
LABELS = {"nll": "nll [nats]", "loss": "loss [nats]", "error": "error [%]"}


def draw(
    *,
    surface: Annotated[pd.DataFrame, "landscape"],
    split: Split = "train",
    quantity: Literal["loss", "nll", "error"] = "loss",
    logarithmic: bool = True,
    highest: Positive = 5.0,
) -> go.Figure:
    """One run of the plane, cut off at `highest` nats; what is not finite is a hole."""
    table = surface[
        (surface["run"] == surface["run"].iloc[0]) & (surface["split"] == split) & (surface["quantity"] == quantity)
    ]
    if table.empty or table["u1"].isna().any():
        raise ValueError(f"surface needs a landscape over a plane that has {split} {quantity}; this table has none")
    scale, top = (100, 100.0) if quantity == "error" else (1, highest)
    values = (table["value"] * scale).replace([np.inf, -np.inf], np.nan)
    low = max(values.min(), top / 1000) if logarithmic else values.min()
    table = table.assign(value=values.clip(low, top))
    grid = table[table["mark"] == "grid"].pivot(index="u1", columns="u0", values="value")
    label = f"{split} {LABELS[quantity]}"
    measured = np.log10(grid) if logarithmic else grid
    ticks = np.linspace(measured.min(axis=None), measured.max(axis=None), 5)
    heights = 10**ticks if logarithmic else ticks
    bar = {"title": label, "tickvals": ticks, "ticktext": [f"{v:.3g}" for v in heights], "len": 0.6, "thickness": 12}
    figure = go.Figure([_sheet(grid, measured, bar), *_marks(_lifted(table, logarithmic))])
    axes = {"backgroundcolor": "white", "gridcolor": "#dddddd", "zerolinecolor": "#dddddd"}
    height = {
        "title": label,
        "type": "log" if logarithmic else "linear",
        "tickvals": heights,
        "ticktext": bar["ticktext"],
    } | axes
    scene = {"xaxis": {"title": "distance"} | axes, "yaxis": {"title": "distance"} | axes, "zaxis": height}
    shape = {
        "aspectmode": "manual",
        "aspectratio": {"x": 1, "y": 1, "z": 0.6},
        "camera": {"eye": {"x": 1.6, "y": -0.4, "z": 1.3}},
    }
    figure.update_layout(
        scene=scene | shape, font={"family": "system-ui, sans-serif", "size": 12}, margin=dict.fromkeys("lrtb", 20)
    )
    return figure.update_layout(legend={"x": 0, "y": 1}, showlegend=True, template="none")


def _sheet(grid, colours, bar):
    return go.Surface(
        x=grid.columns.to_numpy(),
        y=grid.index.to_numpy(),
        z=grid.to_numpy(),
        surfacecolor=colours.to_numpy(),
        colorscale=SHADES,
        colorbar=bar,
        lighting={"ambient": 0.85, "diffuse": 0.4, "specular": 0.05},
        hovertemplate="%{x:.3g}, %{y:.3g}: %{z:.3g}<extra></extra>",
    )


def _lifted(table, logarithmic):
    """The marks, a little above the surface, in which they would sink."""
    low, high = table["value"].min(), table["value"].max()
    lift = (high / low) ** 0.03 if logarithmic else 0.03 * (high - low)
    return table.assign(value=table["value"] * lift if logarithmic else table["value"] + lift)


def _marks(table):
    path = table[table["mark"] == "path"].sort_values("index")
    points = table[table["mark"] == "spanning"].sort_values("index")
    ends, bend = (points, points[:0]) if path.empty else (points[:2], points[2:])
    colour = COLOURS["bezier"]
    looks = [
        ("networks", ends, {"mode": "markers", "marker": {"size": 6, "color": colour}}),
        ("bend", bend, {"mode": "markers", "marker": {"size": 6, "color": colour, "symbol": "diamond-open"}}),
        ("curve", path, {"mode": "lines", "line": {"width": 7, "color": colour}}),
    ]
    return [go.Scatter3d(x=m["u0"], y=m["u1"], z=m["value"], name=n, **look) for n, m, look in looks if len(m)]
