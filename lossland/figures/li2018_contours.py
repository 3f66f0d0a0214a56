"""Li et al. 2018 (arXiv 1712.09913), figures 3, 5, 6, 15 and 17: the train loss around networks as contours.

    f(u) = nll(theta* + u_1 d_1 + u_2 d_2)

Lines are at numpy.arange(0.1, 10, 0.5) nats, as in the released code. Differs from it in: all panels share the colours too.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from lossland.options import Count, Positive, Split
from lossland.sheets import first_run, parts, sheet, with_error
from lossland.style import COLOURS, SHADES, WHITE_TO_DARK, tiles

CAPTION = """
Each panel is the plane of two random directions around a network, the cross in its middle; white is low, and what is not
finite is grey. Lines, colours and axes are the same in all panels. Where directions are filter-normalised, u = 1 is as long
as the network itself: in the paper large batches, depth without shortcuts and few channels go with narrow or ragged
contours and a high test error, shortcuts and width with wide, round ones and a low one.
"""


def draw(
    *,
    surfaces: Annotated[pd.DataFrame, "landscape"],
    titles: dict,
    columns: Count = 4,
    split: Split = "train",
    quantity: Literal["nll", "loss"] = "nll",
    every_run: bool = False,
    lowest: Positive = 0.1,
    highest: Positive = 10.0,
    step: Positive = 0.5,
) -> Figure:
    """One run of each plane that `titles` names, in that order, or with `every_run` each in a panel of its own.

    Lines are at `lowest`, `lowest` + `step`, ... below `highest`. Raises ValueError where a plane is missing.
    """
    levels = np.arange(lowest, highest, step)
    if len(levels) < 2:
        raise ValueError(
            f"there are {len(levels)} lines from {lowest:g} to {highest:g} in steps of {step:g}; take a smaller step"
        )
    chosen = [(title, first_run(part)) for title, part in parts(surfaces, titles, every_run)]
    figure, axes = tiles(len(chosen), columns, height=2.5, sharex=True, sharey=True)
    for axis, (title, part) in zip(axes, chosen, strict=True):
        drawn = _contours(axis, sheet(part, split, quantity), levels)
        centre = part[part["mark"] == "centre"].drop_duplicates("index")
        axis.plot(centre["u0"], centre["u1"], "+", color=COLOURS["bezier"], markersize=6, markeredgewidth=1.2)
        axis.set(title=with_error(title, part), aspect="equal")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_major_formatter("{x:g}")
    figure.colorbar(drawn, ax=axes, label=f"{split} {quantity} [nats]", ticks=levels[::2], format="%.3g", aspect=25, pad=0.01)
    figure.supxlabel("first direction, u0", fontsize=8)
    figure.supylabel("second direction, u1", fontsize=8)
    return figure


def _contours(axis, plane, levels):
    axis.set_facecolor("#999999")
    shown = plane.where(np.isfinite(plane))
    look = {"cmap": WHITE_TO_DARK, "norm": Normalize(levels[0], levels[-1]), "extend": "both"}
    drawn = axis.contourf(shown.columns, shown.index, shown, levels, **look)
    met = levels[(levels > shown.min(axis=None)) & (levels < shown.max(axis=None))]
    if len(met):
        lines = axis.contour(shown.columns, shown.index, shown, met, colors=SHADES[-1], linewidths=0.4)
        axis.clabel(lines, met[::2], fontsize=4.5, fmt="%.3g", inline_spacing=1)
    return drawn
