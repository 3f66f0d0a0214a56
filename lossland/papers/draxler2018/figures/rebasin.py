"""The barrier between two networks before and after their units are matched, beside Draxler et al. 2018 (arXiv 1803.00885).

    barrier = max over t of [ nll(t) - ((1 - t) nll(0) + t nll(1)) ]        t along the straight segment

Left and middle, how high the segment between two networks rises above the line through its ends, against the width of the
networks; right, the train loss along the segment of the widest. The second network is replaced by the same function with its
hidden units permuted to lie nearest to the first (Ainsworth et al. 2022, arXiv 2209.04836), so that what this takes of the
barrier was between two names of one function; the statistics of the units between are mended as in REPAIR (Jordan et al. 2022,
arXiv 2211.08403). Lines are means over pairs of networks, bands their range.

In Ainsworth et al. (2022) the barrier of wide networks goes to zero, that of narrow ones remains; networks with batch norm
need their statistics recalibrated or repaired.
"""

from matplotlib.figure import Figure

from lossland.options import Label, Positive
from lossland.plotting.panels import band, legend_of, looks, panels, runs_of
from lossland.plotting.style import AXES, GREY
from lossland.statistics.tables import Table, by_label, pick


def draw(
    *,
    shapes: Table("shape"),
    lines: Table("landscape"),
    kinds: dict[str, list[Label]],
    widths: dict[Label, Positive],
) -> Figure:
    """`kinds` maps what was done to a segment to the labels of all widths, `widths` each label to its width."""
    kind = {label: name for name, labels in kinds.items() for label in labels}
    ticks = sorted(set(widths.values()))
    widest = [label for label in kind if widths[label] == ticks[-1]]
    shapes = shapes.assign(width=shapes["subspace"].map(widths), subspace=shapes["subspace"].map(kind), value=shapes["barrier"])
    lines = pick(lines, subspace=widest, mark="grid", split="train", quantity="nll")
    own = looks(shapes)
    figure, (axes,) = panels(1, 3, height=2.5)
    for axis, split, quantity in zip(axes, ("train", "test"), ("nll", "error"), strict=False):
        label, scale = AXES[quantity]
        for name, part in by_label(pick(shapes, split=split, quantity=quantity)).items():
            band(axis, part, "width", name, own[name]["color"], scale, marker=own[name]["marker"], markersize=3.5)
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.set(xlabel="width", xscale="log", ylabel=f"barrier in the {split} {label}")
        axis.set_xticks(ticks, [f"{width:g}" for width in ticks])
        axis.minorticks_off()
    for name, part in by_label(lines.assign(subspace=lines["subspace"].map(kind))).items():
        band(axes[2], part, "u0", name, own[name]["color"])
    axes[2].set(xlabel="t", ylabel="train nll [nats]", xlim=(0, 1), title=f"width {ticks[-1]:g}")
    legend_of(figure, axes, ncols=len(own), title=runs_of(shapes, "pair") + " of networks")
    return figure
