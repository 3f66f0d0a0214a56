"""Draxler et al. 2018 (arXiv 1803.00885) and after: the barrier between two networks before and after their units are matched.

    barrier = max over t of [ nll(t) - ((1 - t) nll(0) + t nll(1)) ]        t along the straight segment

The second network is replaced by the same function with its hidden units permuted to lie nearest to the first (Ainsworth et
al. 2022, arXiv 2209.04836); the statistics of the units between are mended as in REPAIR (Jordan et al. 2022, arXiv 2211.08403).
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_of, panels, runs_of, styled
from lossland.plotting.style import AXES, GREY
from lossland.statistics.tables import Table, only, pooled

CAPTION = """
Left and middle, how high the straight segment between two networks rises above the line through its ends, against the width
of the networks; right, the train loss along the segment of the widest. Permuting hidden units changes no function, so what it
takes of the barrier was between two names of one function. In Ainsworth et al. (2022) the barrier of wide networks goes to
zero, that of narrow ones remains; networks with batch norm need their statistics recalibrated or repaired.
"""


def draw(
    *,
    shapes: Table("shape"),
    lines: Table("landscape"),
    titles: list[list[str]],
    widths: dict,
) -> Figure:
    """`titles` lists [subspace, title], all widths of one treatment under one title, `widths` maps each subspace to its width.

    Raises ValueError where a table has no rows of a subspace, or one has no width above zero.
    """
    wide = {name: _width(name, widths) for name, _ in titles}
    chosen = pooled(shapes, titles, "shapes")
    widest = [entry for entry in titles if wide[entry[0]] == max(wide.values())]
    along = pooled(lines, widest, "lines")
    figure, (axes,) = panels(1, 3, height=2.5)
    for colour, marker, title, table in styled(chosen.items()):
        for axis, (split, quantity) in zip(axes, [("train", "nll"), ("test", "error")], strict=False):
            rows = only(table, "shapes", split=split, quantity=quantity)
            rows = rows.assign(value=rows["barrier"], width=rows["subspace"].map(wide))
            label, scale = AXES[quantity]
            band(axis, rows, "width", title, colour, scale, marker=marker, markersize=3.5)
            axis.set(ylabel=f"barrier in the {split} {label}")
        if title in along:
            rows = only(along[title], "lines", mark="grid", split="train", quantity="nll")
            band(axes[2], rows, "u0", title, colour)
    for axis in axes[:2]:
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.set(xlabel="width", xscale="log")
        axis.set_xticks(sorted(set(wide.values())), [f"{w:g}" for w in sorted(set(wide.values()))])
        axis.minorticks_off()
    axes[2].set(xlabel="t", ylabel="train nll [nats]", xlim=(0, 1), title=f"width {max(wide.values()):g}")
    legend_of(figure, axes, ncols=len(chosen), title=runs_of(shapes, "pair") + " of networks")
    return figure


def _width(name, widths):
    width = widths.get(name)
    if not isinstance(width, (int, float)) or isinstance(width, bool) or not width > 0:
        raise ValueError(f"widths gives {name} the width {width}; it must map each subspace of titles to a positive number")
    return float(width)
