"""Draxler et al. 2018 (arXiv 1803.00885), bands under other batch-norm statistics: what part of a saddle is theirs.

    recalibrated: of the training data at theta(t)
    interpolated: between those of the two neighbouring pivots, each recalibrated
    carried: coordinates of the band itself, as in the released code

The same path each time; only the running statistics differ.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.plotting.panels import each, legend_of, logarithmic, panels, runs_of
from lossland.plotting.style import AXES, SERIES
from lossland.statistics.tables import Table, entries, only, resampled, rows_of, shares

CAPTION = """
Train loss and test error along the same bands under three kinds of batch-norm statistics, thin for each pair of minima and
thick for their mean; below, the highest train loss on each band, a line for each pair. The released code moves the statistics
along with the weights, as if they were coordinates, and so mixes those of other networks; what recalibration takes away of a
saddle is not of the loss surface.
"""
SHARES = np.linspace(0, 1, 101)
ROWS = [("train", "nll", True), ("test", "error", False)]


def draw(
    *,
    recalibrated: Table("landscape"),
    interpolated: Table("landscape"),
    carried: Table("landscape"),
    titles: list[list[str]],
) -> Figure:
    """`titles` lists [band, title] in the order drawn; `carried` need not have rows of a band that carries no statistics.

    Raises ValueError where another table has no rows of a band, or a band is no path.
    """
    chosen = entries("titles", titles, "subspace", "title")
    tables = {"recalibrated": recalibrated, "interpolated": interpolated, "carried": carried}
    figure, axes = panels(3, len(chosen), height=1.8, sharey="row")
    figure.set_figwidth(max(3.4, figure.get_figwidth()))
    for column, (name, title) in zip(axes.T, chosen, strict=True):
        known = {r: t for r, t in tables.items() if r != "carried" or name in set(t["subspace"])}
        policies = {role: rows_of(table, name, role) for role, table in known.items()}
        for axis, (split, quantity, logarithms) in zip(column[:2], ROWS, strict=True):
            label, scale = AXES[quantity]
            for colour, (role, part) in zip(SERIES, policies.items(), strict=False):
                rows = only(part, role, mark="grid", split=split, quantity=quantity)
                lines = scale * resampled(rows.assign(share=shares(rows, role)), "value", SHARES)
                each(axis, lines, colour, role)
            axis.set(xlabel="share of the length", xlim=(0, 1))
            if logarithms:
                logarithmic(axis)
            if axis.get_subplotspec().is_first_col():
                axis.set_ylabel(f"{split} {label}")
        column[0].set_title(f"{title}\n{runs_of(rows, 'pair', 'each')}")
        _highest(column[2], policies)
    axes[2, 0].set_ylabel("highest train nll [nats]")
    legend_of(figure, axes[0], ncols=3)
    return figure


def _highest(axis, policies):
    heights = {
        r: only(p, r, mark="grid", split="train", quantity="nll").groupby("run")["value"].max() for r, p in policies.items()
    }
    heights = pd.DataFrame(heights).T
    axis.plot(range(len(heights)), heights, color="black", linewidth=0.5, alpha=0.6)
    for x, (colour, role) in enumerate(zip(SERIES, heights.index, strict=False)):
        axis.plot([x] * heights.shape[1], heights.loc[role], "o", color=colour, markersize=4)
    axis.set(xlim=(-0.4, 2.4), xticks=[])
    logarithmic(axis)
