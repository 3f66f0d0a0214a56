"""Li et al. 2018 (arXiv 1712.09913), figure 16: the nll along many random directions through one network.

    half-width(d) = half the length of { u: nll(theta* + u d) <= nll(theta*) + 1 }

The half-width counts the points of the grid that are so low, and is at most half of what was measured.
"""

from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Count, Positive, Split
from lossland.sheets import at_centre, parts, where
from lossland.style import COLOURS, SHADES, band, tiles

CAPTION = """
Each panel is a network; a thin line is the nll along one random direction through it, the thick line and the band are their
mean and range. Above, half of the length on which the nll is within one nat of that of the network, with the standard
deviation over directions. In the paper ten directions through VGG-9 give curves of nearly one shape.
"""


def draw(
    *,
    lines: Annotated[pd.DataFrame, "landscape"],
    titles: list[list[str]],
    columns: Count = 4,
    split: Split = "train",
    highest: Positive = 5.0,
) -> Figure:
    """`titles` lists [subspace, title] of each network in the order drawn, whose runs are the directions.

    The axis ends at `highest` nats. Raises ValueError where a subspace is missing, or is a plane.
    """
    chosen = parts(lines, titles, "lines")
    figure, axes = tiles(len(chosen), columns, sharex=True, sharey=True)
    for axis, (title, part) in zip(axes, chosen, strict=True):
        rows = where(part, mark="grid", split=split, quantity="nll")
        if rows.empty or rows["u1"].notna().any():
            raise ValueError(f"li2018_repeats draws {split} nll along one direction, and {title} has none; measure it")
        for _, run in rows.groupby("run"):
            axis.plot(run["u0"], run["value"], color=SHADES[-1], alpha=0.6, linewidth=0.4)
        band(axis, rows, "u0", "mean and range", COLOURS["segment"])
        low = rows["value"] <= at_centre(part, split, "nll") + 1
        axis.set(title=f"{title}\nhalf-width {_half_width(rows, low)}", ylim=(0, highest))
    figure.supxlabel("step along the direction, u")
    figure.supylabel(f"{split} nll [nats]")
    return figure


def _half_width(rows, low):
    """Mean and standard deviation over runs, in words; a run that is low throughout is wider than what was measured."""
    widths = low.groupby(rows["run"]).mean() * (rows["u0"].max() - rows["u0"].min()) / 2
    if low.groupby(rows["run"]).all().any():
        return f"at least {widths.mean():.2g}"
    return f"{widths.mean():.2g}" + (f" ± {widths.std():.1g} (n = {len(widths)})" if len(widths) > 1 else "")
