"""Draxler et al. 2018 (arXiv 1803.00885), figure 4: the loss along the path after each of the cycles of AutoNEB.

Above, the train loss along one path between two minima after each cycle, the later the darker (0 is the straight segment), by
the share of the length that the path has then; dots are the pivots after the last. Below, the highest train loss on the path
after each cycle, thin for each pair of minima and thick for their mean. As in the paper the points are those of the dense
evaluation, the pivots and equally many between each two.

In the paper 14 cycles with falling learning rates, each with pivots inserted where the loss is high, take the path from the
barrier of the segment to a plateau little above the minima.
"""

from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.plotting.panels import each, logarithmic, panels, runs_of
from lossland.plotting.style import LIGHT_TO_DARK, SERIES
from lossland.statistics.tables import Table, by_label, one_run


def draw(*, cycles: Table("cycles")) -> Figure:
    """A column for each label; above is its first run."""
    chosen = by_label(cycles)
    figure, axes = panels(2, len(chosen), height=2.0, least=3.4, sharey="row")
    first, last = int(cycles["cycle"].min()), int(cycles["cycle"].max())
    norm = BoundaryNorm([number - 0.5 for number in range(first, last + 2)], LIGHT_TO_DARK.N)
    for above, below, (title, table) in zip(*axes, chosen.items(), strict=True):
        _courses(above, one_run(table), norm)
        highest = table.groupby(["cycle", "run"])["nll"].max().unstack()
        each(below, highest, SERIES[0], marker="o", markersize=3)
        above.set(title=title, xlabel="share of the length", xlim=(0, 1))
        below.set(title=runs_of(table, "pair", "each"), xlabel="cycle")
        logarithmic(above)
        logarithmic(below)
        below.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes[0, 0].set_ylabel("train nll [nats]")
    axes[1, 0].set_ylabel("highest train nll [nats]")
    ticks = range(first, last + 1, max(1, last // 7))
    figure.colorbar(ScalarMappable(norm, LIGHT_TO_DARK), ax=axes[0], label="cycle", ticks=ticks, pad=0.01).minorticks_off()
    return figure


def _courses(axis, table, norm):
    for cycle, rows in table.sort_values("share").groupby("cycle"):
        axis.plot(rows["share"], rows["nll"], color=LIGHT_TO_DARK(norm(cycle)), linewidth=1.1)
    pivots = rows[rows["pivot"]]
    axis.plot(pivots["share"], pivots["nll"], "o", color=LIGHT_TO_DARK(1.0), markersize=2.5)
