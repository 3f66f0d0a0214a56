"""Bands under other batch-norm statistics (Draxler et al. 2018, arXiv 1803.00885): what part of a saddle is theirs.

    recalibrated: of the training data at theta(t)
    interpolated: between those of the two neighbouring pivots, each recalibrated
    carried: coordinates of the band itself, as in the released code

Train loss and test error along the same bands under three kinds of batch-norm statistics, thin for each pair of minima and
thick for their mean; below, the highest train loss on each band, a line for each pair. Only the running statistics differ, not
the path.

The released code moves the statistics along with the weights, as if they were coordinates, and so mixes those of other
networks; what recalibration takes away of a saddle is not of the loss surface.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.plotting.panels import each, legend_of, logarithmic, panels, runs_of
from lossland.plotting.style import AXES, SERIES
from lossland.statistics.tables import Table, by_label, pick, resampled, where


def draw(*, recalibrated: Table("landscape"), interpolated: Table("landscape"), carried: Table("landscape")) -> Figure:
    """A column for each label; `carried` need not have rows of a band that carries no statistics."""
    tables = {"recalibrated": recalibrated, "interpolated": interpolated, "carried": carried}
    labels = list(by_label(recalibrated))
    figure, axes = panels(3, len(labels), height=1.8, least=3.4, sharey="row")
    for column, name in zip(axes.T, labels, strict=True):
        parts = {role: where(table, subspace=name, mark="grid") for role, table in tables.items()}
        parts = {role: part for role, part in parts.items() if len(part)}
        for axis, split, quantity in zip(column, ("train", "test"), ("nll", "error"), strict=False):
            label, scale = AXES[quantity]
            for colour, (role, part) in zip(SERIES, parts.items(), strict=False):
                rows = pick(part, split=split, quantity=quantity)
                each(axis, scale * resampled(rows, "value"), colour, role)
            axis.set(xlabel="share of the length", xlim=(0, 1))
            if axis.get_subplotspec().is_first_col():
                axis.set_ylabel(f"{split} {label}")
        logarithmic(column[0])
        column[0].set_title(f"{name}\n{runs_of(recalibrated, 'pair', 'each')}")
        _highest(column[2], parts)
    axes[2, 0].set_ylabel("highest train nll [nats]")
    legend_of(figure, axes[0], ncols=3)
    return figure


def _highest(axis, parts):
    heights = {r: pick(part, split="train", quantity="nll").groupby("run")["value"].max() for r, part in parts.items()}
    heights = pd.DataFrame(heights).T
    axis.plot(range(len(heights)), heights, color="black", linewidth=0.5, alpha=0.6)
    for x, (colour, role) in enumerate(zip(SERIES, heights.index, strict=False)):
        axis.plot([x] * heights.shape[1], heights.loc[role], "o", color=colour, markersize=4)
    axis.set(xlim=(-0.4, 2.4), xticks=[])
    logarithmic(axis)
