"""Draxler et al. 2018 (arXiv 1803.00885), figure 1: the slice through two minima and the mean of the path between them.

Left, the plane through two minima (dots) and the mean of the path between them (diamond), with the projection of the path;
axes are Euclidean distances. White is low, interpolated by monotone cubics; the path itself lies outside the plane, so that
the shade below it is not its loss. Right, train loss and test error along the straight segment and along the path, each by the
share of its own length.

In the paper (a DenseNet-40-12 on CIFAR-10, as remembered, not confirmed) the path stays in a valley around the barrier of the
segment.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_below, logarithmic, panels
from lossland.plotting.planes import marks, relief, spanning
from lossland.plotting.style import AXES, COLOURS
from lossland.statistics.tables import Table, interpolated, one_run, pick, plane, shares

SEGMENT, PATH = COLOURS["segment"], COLOURS["bezier"]


def draw(*, surface: Table("landscape"), segment: Table("landscape"), path: Table("landscape")) -> Figure:
    """The first run of the surface, and the same of the others. What is above 5 nats is darkest."""
    figure, ((slice_, *axes),) = panels(1, 3, height=2.5, width_ratios=[1.4, 1, 1])
    surface = one_run(surface)
    relief(figure, [slice_], [plane(surface, "train", "nll")], 5.0, "train nll [nats]", shrink=0.8)
    marks(slice_, surface, PATH)
    networks, _ = spanning(surface)
    slice_.plot(networks["u0"], networks["u1"], "--", color=SEGMENT, linewidth=1.0)
    slice_.set(aspect="equal", xlabel="distance", ylabel="distance", title=interpolated(surface))
    for axis, split, quantity in zip(axes, ("train", "test"), ("nll", "error"), strict=True):
        label, scale = AXES[quantity]
        for name, part, colour in (("segment", segment, SEGMENT), ("path", path, PATH)):
            rows = pick(part, run=surface["run"].iloc[0], mark="grid", split=split, quantity=quantity)
            rows = rows.assign(share=shares(rows)).sort_values("share")
            axis.plot(rows["share"], scale * rows["value"], color=colour, label=name)
        axis.set(xlabel="share of the own length", ylabel=f"{split} {label}", xlim=(0, 1))
    logarithmic(axes[0])
    axes[1].set_ylim(0, None)
    legend_below(figure, axes)
    return figure
