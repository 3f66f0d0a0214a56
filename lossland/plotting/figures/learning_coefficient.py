"""Local learning coefficients: how they settle along a chain, at which step, after which epoch (Lau et al. 2023, 2308.12108).

Left, the estimate over each tenth of the draws, at the shortest step; part 0 is what comes before and does not count: where
the line is flat the chains have settled. Next, the mean of the other parts against the step, as a share of the longest that is
stable; dotted, by how much at most the step makes it too high, 1 / (1 - share), above the estimate at the shortest. Last, if
several points of trainings were measured, at the shortest step against the epoch. Lines are means over chains and runs, bands
the range of runs.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.plotting.panels import legend_below, lines, looks, panels, runs_of
from lossland.statistics.learning_coefficients import estimates
from lossland.statistics.tables import Table, by_label

NAME = "local learning coefficient"


def draw(*, parts: Table("learning_coefficient")) -> Figure:
    own, every = looks(parts), parts["index"] == parts.groupby(["subspace", "run"])["index"].transform("max")
    shortest = parts["share"] == parts["share"].min()
    found = estimates(parts).reset_index().rename(columns={"coefficient": "value"})
    last = found[found["index"] == found.groupby(["subspace", "run"])["index"].transform("max")]
    along = found["epoch"].notna() & (found["share"] == found["share"].min())
    figure, (axes,) = panels(1, 2 + (found.loc[along, "epoch"].nunique() > 1), height=2.3)
    chains = parts[every & shortest].groupby(["subspace", "run", "part"], sort=False, as_index=False)["coefficient"].mean()
    lines(axes[0], chains, "part", own, y="coefficient")
    axes[0].set(xlabel="tenth of the draws", ylabel=NAME)
    axes[0].xaxis.set_major_locator(MaxNLocator(integer=True))
    lines(axes[1], last, "share", own, markersize=3)
    for label, rows in by_label(last).items():
        mean = rows.groupby("share")["value"].mean()
        high = mean.iloc[0] * (1 - mean.index[0]) / (1 - mean.index)
        axes[1].plot(mean.index, np.maximum(high, mean.iloc[0]), ":", color=own[label]["color"], linewidth=0.8)
    axes[1].set(xlabel="step / longest stable step", ylabel=NAME, xscale="log")
    if len(axes) > 2:
        lines(axes[2], found[along], "epoch", own, markersize=3)
        axes[2].set(xlabel="epoch", ylabel=NAME)
    legend_below(figure, axes, title=runs_of(parts, "run"))
    return figure
