"""The barrier between two networks before and after their units are matched (Ainsworth et al. 2023, arXiv 2209.04836).

    barrier = max over t of [ nll(t) - ((1 - t) nll(0) + t nll(1)) ]        t along the straight segment

Left and middle, how high the segment between two networks rises above the line through its ends, against the width of the
networks, or the epoch of their training, if there are several; right, the train loss along the segment of the last. The second
network is replaced by the same function with its hidden units permuted, and inside heads of attention rotated, to lie nearest
to the first, so that what this takes of the barrier was between two names of one function; the statistics of the units between
are mended as in REPAIR (Jordan et al. 2022, arXiv 2211.08403). Lines and points are means over pairs of networks, bands and
bars their range.

In the paper the barrier of wide networks goes to zero, that of narrow ones, and of ones that are hardly trained, remains;
networks with batch norm need their statistics recalibrated or repaired.
"""

from typing import Literal

from matplotlib.figure import Figure

from lossland.options import Label, NonNegative
from lossland.plotting.panels import band, legend_of, looks, panels, runs_of
from lossland.plotting.style import AXES, GREY
from lossland.statistics.tables import Table, by_label, pick


def draw(
    *,
    shapes: Table("shape"),
    lines: Table("landscape"),
    kinds: dict[str, list[Label]],
    widths: dict[Label, NonNegative],
    along: Literal["width", "epoch"] = "width",
) -> Figure:
    """`kinds` maps what was done to a segment to the labels of all widths, or epochs, `widths` each label to its own."""
    kind = {label: name for name, labels in kinds.items() for label in labels}
    ticks, alone = sorted(set(widths.values())), len(set(widths.values())) == 1
    widest = [label for label in kind if widths[label] == ticks[-1]]
    shapes = shapes.assign(width=shapes["subspace"].map(widths), subspace=shapes["subspace"].map(kind), value=shapes["barrier"])
    if alone:  # kinds are beside one another
        shapes["width"] = shapes["subspace"].map({name: place for place, name in enumerate(kinds)})
    lines = pick(lines, subspace=widest, mark="grid", split="train", quantity="nll")
    own = looks(shapes)
    figure, (axes,) = panels(1, 3, height=2.5)
    for axis, split, quantity in zip(axes, ("train", "test"), ("nll", "error"), strict=False):
        label, scale = AXES[quantity]
        for name, part in by_label(pick(shapes, split=split, quantity=quantity)).items():
            band(axis, part, "width", name, own[name]["color"], scale, marker=own[name]["marker"], markersize=3.5)
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.set(xlabel="" if alone else along, xscale="log" if ticks[0] > 0 and not alone else "linear",
                 ylabel=f"barrier in the {split} {label}")  # fmt: skip
        axis.set_xticks(*(([], []) if alone else (ticks, [f"{width:g}" for width in ticks])))
        axis.margins(x=0.3 if alone else None)
        axis.minorticks_off()
    for name, part in by_label(lines.assign(subspace=lines["subspace"].map(kind))).items():
        band(axes[2], part, "u0", name, own[name]["color"])
    axes[2].set(xlabel="$t$", ylabel="train nll [nats]", xlim=(0, 1), title=f"{along} {ticks[-1]:g}")
    legend_of(figure, axes[:1], ncols=len(own), title=runs_of(shapes, "pair") + " of networks")
    return figure
