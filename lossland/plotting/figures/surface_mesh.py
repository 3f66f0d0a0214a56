"""A landscape over a plane as a mesh for ParaView: the surfaces of Li et al. 2018 (arXiv 1712.09913), figures 1 and 4.

    point = (u_1, u_2, s height(u)),     height = log10 of the value, or the value

s makes the surface half as high as the plane is wide. Open the file in ParaView and colour it by `height`, which is what is
drawn, or by `value`, which is what was measured; a hole is where it is not finite.

In the paper such surfaces show how shortcuts turn a landscape of hills and ravines into one smooth bowl.

Differs from the file of the released code in: quadrangles instead of a triangulation, any grid, the measured values beside the
heights that are drawn.
"""

import meshio
import numpy as np

from lossland.options import Positive, Split
from lossland.statistics.tables import Table, heights, one_run, plane, quads, signed

PLANES = ("surface",)


def draw(
    *,
    surface: Table("landscape"),
    split: Split = "train",
    quantity: str = "nll",
    logarithmic: bool = True,
    highest: Positive = 10.0,
) -> meshio.Mesh:
    """One run of the plane, cut off at `highest` (nats; an error is a fraction), `logarithmic` if no value is negative. No cell
    touches a point that is not finite."""
    measured = plane(one_run(surface), split, quantity)
    shown = heights(measured, highest, logarithmic and not signed(measured))
    cells = quads(shown)
    if not len(cells):
        raise ValueError(f"surface has no four neighbouring points whose {split} {quantity} is finite; nothing can be drawn")
    u0, u1 = (u.ravel() for u in np.meshgrid(measured.columns, measured.index))
    height = shown.to_numpy().ravel()
    low, high = np.nanmin(height), np.nanmax(height)
    scale = 0.5 * max(np.ptp(u0), np.ptp(u1)) / (high - low) if low < high else 1.0
    z = scale * (np.nan_to_num(height, nan=low) - low)  # viewers take the extent of all points, also of those of no cell
    data = {"value": measured.to_numpy().ravel(), "height": height, "u0": u0, "u1": u1}
    return meshio.Mesh(np.stack([u0, u1, z], axis=1), [("quad", cells)], point_data=data)
