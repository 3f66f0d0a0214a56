"""Li et al. 2018 (arXiv 1712.09913), figures 3, 5, 6, 15 and 17: the train loss around networks as contours.

    f(u) = nll(theta* + u_1 d_1 + u_2 d_2)

Lines are at numpy.arange(0.1, 10, 0.5) nats, as in the released code. Differs from it in: all panels share the colours too.
"""

from typing import Literal

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from lossland.options import Count, Positive, Split
from lossland.plotting.panels import cross, filled, tiles
from lossland.plotting.style import COLOURS, SHADES
from lossland.statistics.tables import Table, first_run, parts, sheet, where, with_error

CAPTION = """
Each panel is the plane of two random directions around a network, the cross in its middle; white is low, and what is not
finite is grey; test errors are of the pictures that the surface was measured on. Lines, colours and axes are the same in all
panels. Where directions are filter-normalised, u = 1 is as long as the network itself: in the paper large batches, depth
without shortcuts and few channels go with narrow or ragged contours and a high test error, shortcuts and width with wide,
round ones and a low one.
"""


def draw(
    *,
    surfaces: Table("landscape"),
    titles: list[list[str]],
    columns: Count = 4,
    split: Split = "train",
    quantity: Literal["nll", "loss"] = "nll",
    every_run: bool = False,
    lowest: Positive = 0.1,
    highest: Positive = 10.0,
    step: Positive = 0.5,
) -> Figure:
    """`titles` lists [subspace, title] of each plane in the order drawn; one run of it, or with `every_run` a panel of each.

    Lines are at `lowest`, `lowest` + `step`, ... below `highest`. Raises ValueError where they are fewer than two, or a
    plane is missing.
    """
    levels = _levels(lowest, highest, step)
    chosen = _panels(parts(surfaces, titles, "surfaces"), every_run)
    figure, axes = tiles(len(chosen), columns, height=2.3, sharex=True, sharey=True, layout="compressed")
    figure.set_figheight(figure.get_figheight() + 0.4)  # for the labels below and the titles, which squares leave no room
    for axis, (title, part) in zip(axes, chosen, strict=True):
        drawn = _contours(axis, sheet(part, split, quantity), levels)
        centre = where(part, mark="centre").drop_duplicates("index")
        cross(axis, centre["u0"], centre["u1"], COLOURS["bezier"])
        axis.set(title=with_error(title, part), aspect="equal")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_major_formatter("{x:g}")
    figure.colorbar(drawn, ax=axes, label=f"{split} {quantity} [nats]", ticks=levels[::2], format="%.3g", aspect=25, pad=0.01)
    figure.supxlabel("first direction, $u_1$")
    figure.supylabel("second direction, $u_2$")
    return figure


def _levels(lowest, highest, step):
    levels = np.arange(lowest, highest, step)
    if len(levels) < 2:
        raise ValueError(
            f"there are {len(levels)} lines from {lowest:g} to {highest:g} in steps of {step:g}; take a smaller step"
        )
    return levels


def _panels(chosen, every_run):
    if not every_run:
        return [(title, first_run(part)) for title, part in chosen]
    runs = ((title, run, rows) for title, part in chosen for run, rows in part.groupby("run", sort=False))
    return [(f"{title}, {run}" if run else title, rows) for title, run, rows in runs]


def _contours(axis, plane, levels):
    drawn = filled(axis, plane, levels, norm=Normalize(levels[0], levels[-1]), extend="both")
    finite = plane.where(np.isfinite(plane))
    met = (levels > finite.min(axis=None)) & (levels < finite.max(axis=None))
    if met.any():
        lines = axis.contour(plane.columns, plane.index, plane, levels[met], colors=SHADES[-1], linewidths=0.4)
        light = levels < (levels[0] + levels[-1]) / 2  # on darker shades labels are not readable
        axis.clabel(lines, levels[::2][(met & light)[::2]], fontsize=4.5, fmt="%.3g", inline_spacing=1)
    return drawn
