"""Fort et al. 2019 (arXiv 1912.02757), figures 8 and 9: ensembles on pictures that are more and more corrupted.

Lines are means over the corruptions, bands the standard deviation of that mean over runs and ensembles; severity 0 are the
pictures as they are. The size of an ensemble counts what the table was measured by: networks, which are independent in a pool
of trainings and samples around one training in a subspace, or sources, each with all of its networks.
"""

from typing import Literal

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from lossland.options import Count
from lossland.plotting.panels import legend_of, styled, tiles
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, derived, only, parts

CAPTION = """
Ensembles against the severity with which their pictures are corrupted: colours are what is averaged, line styles how many of
them (size): independent networks, or samples around one network. Lines are means over corruptions, runs and ensembles, bands
the standard deviation over runs and ensembles. The Jensen-Shannon divergence is how much the networks that are averaged
differ; compare it among equal numbers of them. In the paper (MediumCNN on CIFAR-10-C) the gap between ensembles
of independent networks and subspaces around one grows with the severity, and so for ResNet-50 on ImageNet-C (both as
remembered, not confirmed).
"""
STYLES = ("-", "--", ":", "-.")


def draw(
    *,
    shifts: Table("shift"),
    titles: list[list[str]],
    sizes: list[Count] = (1,),
    quantities: list[Literal["accuracy", "error", "brier", "nll", "ece", "js"]] = ("accuracy", "brier", "js"),
    columns: Count = 3,
) -> Figure:
    """`titles` lists [subspace, label] in the order drawn, `sizes` up to four sizes of ensembles, `quantities` the panels.

    Raises ValueError where a subspace has no rows, or none of any of the sizes.
    """
    if len(sizes) > len(STYLES):
        raise ValueError(f"sizes lists {len(sizes)}, and there are {len(STYLES)} line styles; list fewer")
    chosen = [(label, derived(part)) for label, part in parts(shifts, titles, "shifts")]
    figure, axes = tiles(len(quantities), columns, height=2.4)
    for axis, quantity in zip(axes, quantities, strict=True):
        name, scale = AXES[quantity]
        for colour, _, label, part in styled(chosen):
            known = [size for size in sizes if (part["size"] == size).any()] or sizes
            for size in known:
                named = label if size == known[0] else None
                _line(axis, only(part, "shifts", size=size), quantity, scale, named, colour, STYLES[list(sizes).index(size)])
        axis.set(xlabel="severity of the corruption", ylabel=name)
        axis.xaxis.set_major_locator(MultipleLocator(1))
    legend_of(figure, axes, ncols=min(4, 1 + len(axes)))
    lines = [Line2D([], [], color="black", linestyle=style) for style in STYLES[: len(sizes)]]
    axes[0].legend(lines, [f"size {size}" for size in sizes], handlelength=2.5)
    return figure


def _line(axis, table, quantity, scale, label, colour, style):
    ensembles = scale * table.groupby(["severity", "run", "subset"])[quantity].mean()
    at = ensembles.groupby("severity").agg(["mean", "std"]).fillna({"std": 0})
    axis.plot(at.index, at["mean"], style, color=colour, linewidth=1.1, label=label, zorder=3)  # over the bands of all
    axis.fill_between(at.index, at["mean"] - at["std"], at["mean"] + at["std"], color=colour, alpha=0.08, linewidth=0)
