"""Li et al. 2018 (arXiv 1712.09913), figure 16: the nll along many random directions through one network.

    half-width(d) = half the length of the basin { u: nll(theta* + u d) <= nll(theta*) + rise } around u = 0

Half-widths are those of a `basin` table of the same lines; one whose basin reaches the edge of its line is a lower bound.
"""

from matplotlib.figure import Figure

from lossland.options import Count, Positive, Split
from lossland.plotting.panels import band, tiles
from lossland.plotting.style import COLOURS, SHADES
from lossland.statistics.tables import Table, parts, where

CAPTION = """
Each panel is a network; a thin line is the nll along one random direction through it, the thick line and the band are their
mean and range. Above, half of the length around the network on which the nll stays within one nat of its own, with the
standard deviation over directions. In the paper ten directions through VGG-9 give curves of nearly one shape.
"""


def draw(
    *,
    lines: Table("landscape"),
    basins: Table("basin"),
    titles: list[list[str]],
    columns: Count = 4,
    split: Split = "train",
    highest: Positive = 5.0,
) -> Figure:
    """`titles` lists [subspace, title] of each network in the order drawn, whose runs are the directions.

    The axis ends at `highest` nats. Raises ValueError where a table lacks a subspace or the split, or it is a plane.
    """
    chosen = parts(lines, titles, "lines")
    figure, axes = tiles(len(chosen), columns, sharex=True, sharey=True)
    widths = parts(basins, titles, "basins")
    for axis, (title, part), (_, basin) in zip(axes, chosen, widths, strict=True):
        rows = where(part, mark="grid", split=split, quantity="nll")
        if rows.empty or rows["u1"].notna().any():
            raise ValueError(f"li2018_repeats draws {split} nll along one direction, and {title} has none; measure it")
        for _, run in rows.groupby("run"):
            axis.plot(run["u0"], run["value"], color=SHADES[-1], alpha=0.6, linewidth=0.4)
        band(axis, rows, "u0", "mean and range", COLOURS["segment"])
        axis.set(title=f"{title}\nhalf-width {_half_width(title, basin, split)}", ylim=(0, highest))
    figure.supxlabel("step along the direction, u")
    figure.supylabel(f"{split} nll [nats]")
    return figure


def _half_width(title, basin, split):
    """Mean and standard deviation over directions, in words."""
    rows = where(basin, split=split, quantity="nll", centre=0.0)
    if rows.empty:
        raise ValueError(f"basins has no {split} nll of {title} around u = 0; measure basin of the lines of that split")
    widths = rows["half_width"]
    said = "at least " * bool(rows["open"].any()) + f"{widths.mean():.2g}"
    return said + (f" ± {widths.std():.1g} (n = {len(widths)})" if len(widths) > 1 else "")
