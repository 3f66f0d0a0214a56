"""Scores over planes of parameter space: white is low, darker is higher, grey is not finite.

Between the points that were measured the shades are interpolated by monotone cubics, of losses in the logarithm.

Dots are the networks that span a plane, a diamond is the bend of a curve in it, a line the curve, a cross the network in the
middle. One run of each plane; axes are distances if u = 1 is a distance of 1, else multiples of the directions. If only some
points of its grid were measured, the title of a plane says how many.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Positive, Split
from lossland.plotting.panels import looks, panels
from lossland.plotting.planes import cross, marks, relief, shaded
from lossland.plotting.style import AXES
from lossland.statistics.tables import (
    Table,
    by_label,
    interpolated,
    noted,
    one_run,
    pick,
    plane,
    quantities_of,
    signed,
    splits_of,
    where,
)


def draw(
    *, planes: Table("landscape"), splits: list[Split] = (), quantities: list[str] = (), highest: Positive | None = None
) -> Figure:
    """A column for each plane, a row for each split and quantity (default: as in `path`); what is above `highest` is darkest.

    Rows share their colours, evenly spaced in the logarithm for losses that are not negative. Raises ValueError if a table is
    not of a plane.
    """
    tables = {label: one_run(table) for label, table in by_label(planes).items()}
    splits, quantities = splits or splits_of(planes), quantities or quantities_of(planes)
    rows = [(split, quantity) for split in splits for quantity in quantities]
    shape = (len(rows), len(tables)) if len(tables) > 1 else (len(splits), len(quantities))
    figure, axes = panels(*shape, height=2.2, layout="compressed")
    for row, (split, quantity) in zip(axes.reshape(len(rows), -1), rows, strict=True):
        parts = {label: pick(table, split=split, quantity=quantity) for label, table in tables.items()}
        _row(figure, row, parts, looks(planes), split, quantity, highest)
    for axis in axes[-1]:
        axis.set_xlabel("$u_0$")
    for axis in axes[:, 0]:
        axis.set_ylabel("$u_1$")
    return figure


def _row(figure, axes, parts, own, split, quantity, highest):
    """The panels of one split and quantity, in colours that they share."""
    name, scale = AXES[quantity]
    grids = [scale * plane(part, split, quantity) for part in parts.values()]
    values = np.concatenate([grid.to_numpy().ravel() for grid in grids])
    values = values[np.isfinite(values)]
    top = highest or (values.max() if len(values) else 1.0)
    shades = relief if quantity in ("loss", "nll") and not signed(values) else shaded
    shades(figure, axes, grids, top, f"{split} {name}", aspect=18, pad=0.02)
    for axis, (label, part) in zip(axes, parts.items(), strict=True):
        marks(axis, part, own[label]["color"])
        centre = where(part, mark="centre")
        cross(axis, centre["u0"], centre["u1"], own[label]["color"])
        title = noted(f"{label}, {split} {quantity}" if len(parts) == 1 else label, interpolated(part))
        axis.set(title=title if len(parts) == 1 or axis.get_subplotspec().is_first_row() else "", aspect="equal")
