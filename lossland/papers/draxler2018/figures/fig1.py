"""Draxler et al. 2018 (arXiv 1803.00885), figure 1: the slice through two minima and the mean of the path between them.

    loss on the segment (1 - t) theta_1 + t theta_2 against loss on the path, each by the share of its own length

Axes of the slice are Euclidean distances; the path lies outside of it, and its projection is drawn.
"""

from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.plotting.panels import logarithmic, panels, relief
from lossland.plotting.style import AXES, COLOURS
from lossland.statistics.tables import Table, first_run, only, shares, sheet, spaced, where

CAPTION = """
Left, the plane through two minima (dots) and the mean of the path between them (diamond), with the projection of the path;
white is low, and as the path itself lies outside the plane, the shade below it is not its loss. Right, along the straight
segment the loss rises far above that of both minima, along the path it hardly rises. The paper shows a DenseNet-40-12 on
CIFAR-10 (as remembered, not confirmed), whose path stays in a valley around the barrier of the segment.
"""
LINES = [("train", "nll"), ("test", "error")]


def draw(
    *,
    plane: Table("landscape"),
    segment: Table("landscape"),
    path: Table("landscape"),
    highest: Positive = 5.0,
) -> Figure:
    """One run, that of the plane, of all three. What is above `highest` nats is darkest. Raises ValueError where the segment
    or the path has no such run, or the plane is none."""
    plane = first_run(plane)
    run = plane["run"].iloc[0]
    lines = {
        "segment": only(segment, "segment", run=run, mark="grid"),
        "path": only(path, "path", run=run, mark="grid"),
    }
    figure, ((slice_, *axes),) = panels(1, 3, height=2.5, width_ratios=[1.4, 1, 1])
    surface = sheet(plane, "train", "nll")
    levels = spaced(surface.stack(), highest)
    drawn = relief(slice_, surface, levels)
    figure.colorbar(drawn, ax=slice_, label="train nll [nats]", ticks=levels[::3], format="%.2g", shrink=0.8).minorticks_off()
    _marks(slice_, plane)
    for axis, (split, quantity) in zip(axes, LINES, strict=True):
        label, scale = AXES[quantity]
        for (name, part), colour in zip(lines.items(), (COLOURS["segment"], COLOURS["bezier"]), strict=True):
            rows = only(part, name, split=split, quantity=quantity)
            rows = rows.assign(share=shares(rows, name)).sort_values("share")
            axis.plot(rows["share"], scale * rows["value"], color=colour, label=name)
        axis.set(xlabel="share of the own length", ylabel=f"{split} {label}", xlim=(0, 1))
    logarithmic(axes[0])
    axes[1].set_ylim(0, None)
    axes[1].legend(loc="upper right")
    return figure


def _marks(axis, plane):
    colour = COLOURS["bezier"]
    walk, points = (where(plane, mark=mark).drop_duplicates("index").sort_values("index") for mark in ("path", "spanning"))
    axis.plot(walk["u0"], walk["u1"], color=colour)
    axis.plot(points["u0"][:2], points["u1"][:2], "--", color=COLOURS["segment"], linewidth=1.0)
    axis.plot(points["u0"][:2], points["u1"][:2], "o", color=colour, markeredgecolor="white", markersize=5)
    axis.plot(points["u0"][2:], points["u1"][2:], "D", color="white", markeredgecolor=colour, markersize=4)
    axis.set(aspect="equal", xlabel="distance", ylabel="distance")
