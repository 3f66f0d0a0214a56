"""Li et al. 2018 (arXiv 1712.09913), figures 3, 12, 13, 15 and 16: nll and error along one direction through networks.

    nll(theta* + u d) on the left axis, error(theta* + u d) on the right one

Lines are means over the runs of a subspace, bands their range. The paper draws accuracies where here are errors.
"""

from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Count, Positive
from lossland.sheets import parts, with_error
from lossland.style import COLOURS, band, runs_of, tiles

CAPTION = """
Each panel is the straight line through a network, at u = 0, along a random direction: nll in blue on the left axis, error in
red on the right one, of the training data solid, of the test data dashed. Where a value is not finite the line has a gap.
In the paper, along filter-normalised directions, where u = 1 is as long as the network, wide valleys go with low test
errors; along raw or layer-normalised ones width says less.
"""
QUANTITIES = {"nll": COLOURS["segment"], "error": COLOURS["bezier"]}
SPLITS = {"train": "-", "test": "--"}


def draw(*, lines: Annotated[pd.DataFrame, "landscape"], titles: dict, columns: Count = 4, highest: Positive = 5.0) -> Figure:
    """One panel for each subspace that `titles` names, in that order; the left axis ends at `highest` nats."""
    chosen = parts(lines, titles)
    if lines.loc[lines["mark"] == "grid", "u1"].notna().any():
        raise ValueError("li2018_lines draws landscapes over one direction, and these have two; use li2018_contours for them")
    figure, axes = tiles(len(chosen), columns, height=2.3, sharex=True, sharey=True)
    for i, (axis, (title, part)) in enumerate(zip(axes, chosen, strict=True)):
        right = _right_axis(axis, last=(i + 1) % min(columns, len(axes)) == 0)
        for side, quantity, scale in ((axis, "nll", 1), (right, "error", 100)):
            for split, dashes in SPLITS.items():
                rows = part[(part["mark"] == "grid") & (part["split"] == split) & (part["quantity"] == quantity)]
                band(side, rows, "u0", f"{split} {quantity}", QUANTITIES[quantity], scale, linestyle=dashes, linewidth=1)
        axis.set(title=with_error(title, part), ylim=(0, highest))
        axis.tick_params(axis="y", colors=QUANTITIES["nll"])
    figure.supxlabel("step along the direction, u", fontsize=8)
    figure.supylabel("nll [nats]", fontsize=8, color=QUANTITIES["nll"])
    handles = [*axes[0].get_lines(), *right.get_lines()]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, title=runs_of(lines, "run"), title_fontsize=7)
    return figure


def _right_axis(axis, last):
    """A second axis in percent; only the last of a whole row has its numbers."""
    right = axis.twinx()
    right.set(ylim=(0, 100), ylabel="error [%]" if last else "")
    right.yaxis.label.set_color(QUANTITIES["error"])
    right.spines["right"].set(visible=True, color=QUANTITIES["error"])
    right.tick_params(axis="y", colors=QUANTITIES["error"], labelright=last)
    return right
