"""Local learning coefficients: how they settle along a chain, at which step, after which epoch (Lau et al. 2023, 2308.12108).

Left, the estimate over each tenth of the draws, at the shortest step; part 0 is what comes before and does not count: where
the line is flat the chains have settled. Next, the mean of the other parts against the step, as a share of the longest that is
stable; dotted, by how much at most the step makes it too high, 1 / (1 - share), above the estimate at the shortest. Last, if
several points of trainings were measured, at the shortest step against the epoch. Lines are means over chains and runs, bands
the range of runs.
"""

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.plotting.panels import legend_below, lines, looks, panels, runs_of
from lossland.statistics.learning_coefficients import estimates
from lossland.statistics.tables import Table, by_label, latest

NAME = "local learning coefficient"


def draw(*, parts: Table("learning_coefficient")) -> Figure:
    """Of the last point that was measured of each run, but for the epochs."""
    own, found = looks(parts), estimates(parts).reset_index().rename(columns={"coefficient": "value"})
    parts, last = latest(parts), latest(found)
    several = {"share": last["share"].nunique() > 1, "epoch": found["epoch"].nunique() > 1}
    figure, (axes,) = panels(1, 1 + sum(several.values()), height=2.3, sharey=not several["epoch"])
    chains = _shortest(parts).groupby(["subspace", "run", "part"], sort=False, as_index=False)["coefficient"].mean()
    lines(axes[0], chains, "part", own, y="coefficient")
    axes[0].set(xlabel="tenth of the draws", ylabel=NAME)
    axes[0].xaxis.set_major_locator(MaxNLocator(integer=True))
    if several["share"]:
        lines(axes[1], last, "share", own, markersize=3)
        for label, rows in by_label(last).items():
            mean = rows.groupby("share")["value"].mean()
            high = mean.iloc[0] * (1 - mean.index[0]) / (1 - mean.index)
            axes[1].plot(mean.index, high, ":", color=own[label]["color"], linewidth=0.8)
        axes[1].set_xlabel("step / longest stable step")
    if several["epoch"]:
        lines(axes[-1], _shortest(found), "epoch", own, markersize=3)
        axes[-1].set_xlabel("epoch")
    legend_below(figure, axes, title=runs_of(parts, "run"))
    return figure


def _shortest(table):
    return table[table["share"] == table["share"].min()]
