"""A landscape over a plane as a mesh for ParaView: the surfaces of Li et al. 2018 (arXiv 1712.09913), figures 1 and 4.

    point = (u_1, u_2, s height(u)),     height = log10 of the value, or the value

s makes the surface half as high as the plane is wide. Differs from the file of the released code in: quadrangles in place of
a triangulation, any grid, the values that were measured beside the heights that are drawn.
"""

from typing import Literal

import meshio
import numpy as np

from lossland.options import Positive, Split
from lossland.statistics.tables import Table, first_run, heights, quads, sheet

CAPTION = """
Open the file in ParaView: the height of the surface is the value at each point of the plane, in the logarithm where that
was asked for. Colour it by `height`, which is what is drawn, or by `value`, which is what was measured; a hole is where it
is not finite. In the paper such surfaces show how shortcuts turn a landscape of hills and ravines into one smooth bowl.
"""


def draw(
    *,
    surface: Table("landscape"),
    split: Split = "train",
    quantity: Literal["nll", "loss", "error"] = "nll",
    logarithmic: bool = True,
    highest: Positive = 10.0,
) -> meshio.Mesh:
    """One run of the plane, cut off at `highest` (nats; an error is a fraction). No cell touches a point that is not finite."""
    plane = sheet(first_run(surface), split, quantity)
    shown = heights(plane, highest, logarithmic)
    cells = quads(shown)
    if not len(cells):
        raise ValueError(
            f"surface has no four neighbouring points whose {split} {quantity} is finite; there is nothing to draw"
        )
    u0, u1 = (u.ravel() for u in np.meshgrid(plane.columns, plane.index))
    height = shown.to_numpy().ravel()
    low, high = np.nanmin(height), np.nanmax(height)
    scale = 0.5 * max(np.ptp(u0), np.ptp(u1)) / (high - low) if low < high else 1.0
    z = scale * (np.nan_to_num(height, nan=low) - low)  # viewers take the extent of all points, also of those of no cell
    data = {"value": plane.to_numpy().ravel(), "height": height, "u0": u0, "u1": u1}
    return meshio.Mesh(np.stack([u0, u1, z], axis=1), [("quad", cells)], point_data=data)
