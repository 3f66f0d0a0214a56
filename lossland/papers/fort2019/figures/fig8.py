"""Fort et al. 2019 (arXiv 1912.02757), figures 8 and 9: ensembles on images that are more and more corrupted.

Colours are what is averaged, line styles how many of them (size): independent networks, samples around one network, or
independent networks with all samples around each. Lines are means over corruptions, runs and ensembles, bands the standard
deviation over runs and ensembles; severity 0 are the images as they are. The Jensen-Shannon divergence is how much the
networks that are averaged differ; compare it among equal numbers of them.

In the paper (MediumCNN on CIFAR-10-C) the gap between ensembles of independent networks and subspaces around one grows with
the severity, and so for ResNet-50 on ImageNet-C (both as remembered, not confirmed).
"""

from typing import Literal

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from lossland.options import Count
from lossland.plotting.panels import legend_of, looks, tiles, warn
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, by_label, derived, pick, where

STYLES = ("-", "--", ":", "-.")


def draw(
    *,
    shifts: Table("shift"),
    trained: Table("landscape"),
    sizes: list[Count] = (1,),
    quantities: list[Literal["accuracy", "error", "brier", "nll", "ece", "js"]] = ("accuracy", "brier", "js"),
    columns: Count = 3,
) -> Figure:
    """`sizes` are up to four sizes of ensembles, `quantities` the panels. Raises ValueError if a label has none."""
    if len(sizes) > len(STYLES):
        raise ValueError(f"sizes lists {len(sizes)}, and there are {len(STYLES)} line styles; list fewer")
    table, own = derived(pick(shifts, size=list(sizes))), looks(shifts)
    for label in own:
        pick(table, subspace=label)
    figure, axes = tiles(len(quantities), columns, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for label, part in by_label(table).items():
            for size, style in zip(sizes, STYLES, strict=False):
                named = label if size == part["size"].min() else None
                _line(axis, where(part, size=size), quantity, scale, style, label=named, color=own[label]["color"])
        axis.set(xlabel="severity of the corruption", ylabel=name)
        axis.xaxis.set_major_locator(MultipleLocator(1))
    legend_of(figure, axes, ncols=min(4, 1 + len(axes)))
    lines = [Line2D([], [], color="black", linestyle=style) for style in STYLES[: len(sizes)]]
    axes[0].legend(lines, [f"size {size}" for size in sizes], handlelength=2.5)
    warn(figure, trained)
    return figure


def _line(axis, table, quantity, scale, style, label, color):
    ensembles = scale * table.groupby(["severity", "run", "subset"])[quantity].mean()
    at = ensembles.groupby("severity").agg(["mean", "std"]).fillna({"std": 0})
    axis.plot(at.index, at["mean"], style, color=color, linewidth=1.1, label=label, zorder=3)  # over the bands of all
    axis.fill_between(at.index, at["mean"] - at["std"], at["mean"] + at["std"], color=color, alpha=0.08, linewidth=0)
