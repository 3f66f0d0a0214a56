"""The basin around a network in numbers (Li et al. 2018, arXiv 1712.09913); a table made from a `landscape` of a line or plane.

    level = v(centre) + rise          basin = what is connected with the centre and at most at the level

             line, left and right = distances from the centre to the first crossings      plane
half_width   (left + right) / 2                                                           radius r of the disc of its area
asymmetry    |right - left| / (right + left)                                              |its centroid| / r, from the origin
area         (left + right) / what is drawn                                               its area / what is drawn
non_convex   share of the inner points whose second difference, or lowest eigenvalue of the matrix of second differences,
             is below -1e-6 max(1, |v|), more than rounding in float32; differences over steps of the grid, for its sign
             does not depend on the units of the axes
resolved     left and right are at least two steps of the grid each                       at least 9 points are in it
walled       the basin ends at a point that is not finite
bent         the same share of those inner points that are in the basin

The paper judges basins by eye. Widths are in units of the coordinates. On a line v is linear between the points; on a plane
a point stands for the cell around it. Points that are not finite lie above every level, and where one takes part in a
difference the surface is not convex.
"""

from typing import Annotated

import numpy as np
import pandas as pd
from scipy import ndimage

from lossland.options import Positive
from lossland.statistics.tables import one_landscape

SCHEMA = {
    "split": "string", "quantity": "string", "centre": "float64", "level": "float64", "left": "float64", "right": "float64",
    "half_width": "float64", "asymmetry": "float64", "area": "float64", "open": "bool_", "resolved": "bool_",
    "walled": "bool_", "non_convex": "float64", "bent": "float64",
}  # fmt: skip
KEY = ["split", "quantity", "centre"]
ROUNDING = 1e-6
NOWHERE = dict.fromkeys(("left", "right", "half_width", "asymmetry", "area", "bent"), np.nan)
NOWHERE |= dict.fromkeys(("open", "resolved", "walled"), False)


def measure(
    table: Annotated[pd.DataFrame, "landscape"], *, rise: Positive = 1.0, centres: list[float] = (0.0,)
) -> pd.DataFrame:
    """Of nll and loss, `rise` in nats. `centres` are values of u0 on a line, the nearest points of the grid; a plane has the
    origin alone. `open`: the basin reaches the edge of what is drawn, so its width and area are lower bounds. What is not
    `resolved` is a matter of the grid. Where v is not finite at the centre there is no basin, and its numbers are NaN.

    Raises ValueError if the table is of several subspaces, too coarse, or a centre is not drawn.
    """
    table = one_landscape(table[table["quantity"].isin(["nll", "loss"])], "basin").sort_values(["u0", "u1"])
    axes = [np.unique(table[name]) for name in ("u0", "u1") if table[name].notna().any()]
    _refuse(axes, centres)
    rows = []
    for key, part in table.groupby(["split", "quantity"]):
        v = part["value"].to_numpy().reshape([len(u) for u in axes])
        v = np.where(np.isfinite(v), v, np.nan)
        bends = _bends(v)
        for centre in centres:
            at = tuple(np.abs(u - c).argmin() for u, c in zip(axes, (centre, 0.0), strict=False))
            level = v[at] + rise
            found = _found(axes, v, at, level, bends) if np.isfinite(level) else NOWHERE
            own = dict(zip(KEY, (*key, float(centre)), strict=True)) | {"level": level, "non_convex": float(bends.mean())}
            rows.append(own | found)
    return pd.DataFrame(rows)


def _refuse(axes, centres):
    if min(map(len, axes), default=0) < 3:
        raise ValueError("basin needs at least 3 points along each axis; raise the resolution of the landscape")
    if len(axes) == 2 and tuple(centres) != (0.0,):
        raise ValueError(f"centres is {list(centres)}, but a plane has the origin alone; remove it")
    for centre in centres:
        for u, c in zip(axes, (centre, 0.0), strict=False):
            if not u[0] <= c <= u[-1]:
                raise ValueError(f"centres names {c:g}, but what is drawn goes from {u[0]:g} to {u[-1]:g}; name one inside")


def _found(axes, v, at, level, bends):
    islands, _ = ndimage.label(v <= level)
    basin = islands == islands[at]
    inside = bends[basin[(slice(1, -1),) * v.ndim]]
    shape = _on_line(axes, v, at, level) if v.ndim == 1 else _on_plane(axes, v, basin)
    return shape | {"bent": inside.mean() if len(inside) else np.nan}


def _on_line(axes, v, at, level):
    (u,), (i,) = axes, at
    left, left_steps, left_end = _crossing(u[i::-1], v[i::-1], level)
    right, right_steps, right_end = _crossing(u[i:], v[i:], level)
    whole = left + right
    return {
        "left": left,
        "right": right,
        "half_width": whole / 2,
        "asymmetry": abs(right - left) / whole if whole else 0.0,
        "area": whole / (u[-1] - u[0]),
        "open": "edge" in (left_end, right_end),
        "resolved": bool(min(left_steps, right_steps) >= 2),
        "walled": "wall" in (left_end, right_end),
    }


def _crossing(u, v, level):
    """From u[0] to where v first crosses the level: the distance, the whole steps in it, and what is there."""
    above = ~(v <= level)
    if not above.any():
        return abs(u[-1] - u[0]), len(u) - 1, "edge"
    j = above.argmax()
    share = np.nan_to_num((level - v[j - 1]) / (v[j] - v[j - 1]))  # nothing of a step to a point that is not finite
    return abs(u[j - 1] - u[0] + share * (u[j] - u[j - 1])), j - 1, "wall" if np.isnan(v[j]) else "level"


def _on_plane(axes, v, basin):
    cells = np.outer(*(np.diff([u[0], *(u[1:] + u[:-1]) / 2, u[-1]]) for u in axes)) * basin
    area = cells.sum()
    radius = np.sqrt(area / np.pi)
    centroid = cells.sum(1) @ axes[0] / area, cells.sum(0) @ axes[1] / area
    return {
        "left": np.nan,
        "right": np.nan,
        "half_width": radius,
        "asymmetry": np.hypot(*centroid) / radius,
        "area": area / np.prod([u[-1] - u[0] for u in axes]),
        "open": bool(basin[[0, -1]].any() or basin[:, [0, -1]].any()),
        "resolved": bool(basin.sum() >= 9),
        "walled": bool((ndimage.binary_dilation(basin) & np.isnan(v)).any()),
    }


def _bends(v):
    """Where an inner point is not convex; by Sylvester's law the signs of the eigenvalues are the same in steps of the grid as
    in the units of the axes."""
    if v.ndim == 1:
        lowest, inner = v[2:] - 2 * v[1:-1] + v[:-2], v[1:-1]
    else:
        inner = v[1:-1, 1:-1]
        a, c = v[2:, 1:-1] - 2 * inner + v[:-2, 1:-1], v[1:-1, 2:] - 2 * inner + v[1:-1, :-2]
        b = (v[2:, 2:] - v[2:, :-2] - v[:-2, 2:] + v[:-2, :-2]) / 4
        lowest = (a + c) / 2 - np.hypot((a - c) / 2, b)
    return ~(lowest >= -ROUNDING * np.maximum(1, np.abs(inner)))
