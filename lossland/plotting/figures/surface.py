"""A landscape over a plane as a surface to turn: drag to turn, scroll to come closer.

The height is the value at each point of the plane; what is lower is better, and paler. Dots are the networks that span the
plane or lie at its centre, a diamond is the bend of a curve, a line the curve, at the heights that were measured for them,
lifted a little to be seen. What is not finite is a hole.
"""

import numpy as np
import plotly.graph_objects as go

from lossland.options import Positive, Split
from lossland.plotting.planes import spanning
from lossland.plotting.style import AXES, COLOURS, SHADES
from lossland.statistics.tables import Table, cut, interpolated, one_run, pick, plane, signed, where

PLANES = ("surface",)


def draw(
    *,
    surface: Table("landscape"),
    split: Split = "train",
    quantity: str = "loss",
    logarithmic: bool = True,
    highest: Positive = 5.0,
) -> go.Figure:
    """One run of the plane, cut off at `highest` nats; what is not finite is a hole. `logarithmic` if no value is negative."""
    name, scale = AXES[quantity]
    table, top = pick(one_run(surface), split=split, quantity=quantity), 100.0 if quantity == "error" else highest
    label = ", ".join(filter(None, [f"{split} {name}", interpolated(table)]))
    logarithmic = logarithmic and not signed(table["value"])
    table = table.assign(value=cut(table["value"] * scale, top, logarithmic))
    grid = plane(table, split, quantity)
    measured = np.log10(grid) if logarithmic else grid
    ticks = np.linspace(measured.min(axis=None), measured.max(axis=None), 5)
    heights = 10**ticks if logarithmic else ticks
    bar = {"title": label, "tickvals": ticks, "ticktext": [f"{v:.3g}" for v in heights], "len": 0.6, "thickness": 12}
    figure = go.Figure([_sheet(grid, measured, bar), *_marks(_lifted(table, logarithmic))])
    height = {"title": label, "type": "log" if logarithmic else "linear", "tickvals": heights, "ticktext": bar["ticktext"]}
    figure.update_layout(
        scene=_scene(table, height), font={"family": "system-ui, sans-serif", "size": 12}, margin=dict.fromkeys("lrtb", 20)
    )
    return figure.update_layout(legend={"x": 0, "y": 1}, showlegend=True, template="none")


def _scene(table, height):
    """Axes on white, the plane in its true proportions."""
    grid = where(table, mark="grid")
    look = {"backgroundcolor": "white", "gridcolor": "#dddddd", "zerolinecolor": "#dddddd"}
    sides = np.array([np.ptp(grid["u0"]), np.ptp(grid["u1"])])
    return {
        "xaxis": {"title": _direction(grid, "u0", "u1")} | look,
        "yaxis": {"title": _direction(grid, "u1", "u0")} | look,
        "zaxis": height | look,
        "aspectmode": "manual",
        "aspectratio": dict(zip("xy", sides / sides.max(), strict=True)) | {"z": 0.6},
        "camera": {"eye": {"x": 1.6, "y": -0.4, "z": 1.3}},
    }


def _direction(grid, along, across):
    """The label of an axis; where u = 1 is no distance of 1, as along filter-normalised directions, it says which."""
    edge = grid[grid[across] == grid[across].min()].sort_values(along)
    length = edge["displacement"].iloc[-1] / (edge[along].iloc[-1] - edge[along].iloc[0])
    return "distance" if abs(length - 1) < 1e-3 else f"step, 1 is a distance of {length:.3g}"


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
    path, (ends, bend) = where(table, mark="path").sort_values("index"), spanning(table)
    colour = COLOURS["bezier"]
    looks = [
        ("network", where(table, mark="centre"), {"mode": "markers", "marker": {"size": 6, "color": colour}}),
        ("networks", ends, {"mode": "markers", "marker": {"size": 6, "color": colour}}),
        ("bend", bend, {"mode": "markers", "marker": {"size": 6, "color": colour, "symbol": "diamond-open"}}),
        ("curve", path, {"mode": "lines", "line": {"width": 7, "color": colour}}),
    ]
    return [go.Scatter3d(x=m["u0"], y=m["u1"], z=m["value"], name=n, **look) for n, m, look in looks if len(m)]
