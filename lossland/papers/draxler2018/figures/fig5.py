"""Draxler et al. 2018 (arXiv 1803.00885), figure 5: mean loss of the minima and of the saddles between them, by architecture.

Of each architecture the mean loss of its minima (circles) and of the saddles between them (diamonds), with standard
deviations; the saddles are those of the edges of the minimum spanning tree of the train nll. The scale is the loss before
training (grey dash).

In the paper saddles are close to minima on this scale, in the train loss up to two orders of magnitude below an untrained
network, the closer the deeper and wider the architecture is; in the test loss of deep ones they hardly differ from the minima.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_of, logarithmic, panels
from lossland.plotting.style import COLOURS, GREY
from lossland.statistics.saddle_graph import losses, named, tree_rows
from lossland.statistics.tables import Table, by_label, pick


def draw(*, saddles: Table("saddles"), courses: Table("dynamics")) -> Figure:
    """Both of the same labels; the paths of one join one set of minima. Raises ValueError if no course begins at epoch 0."""
    chosen = by_label(saddles)
    figure, (axes,) = panels(1, 2, height=2.8, width=max(2.4, 0.5 + 0.32 * len(chosen)), sharey=True)
    for axis, split in zip(axes, ("train", "test"), strict=True):
        for x, (label, table) in enumerate(chosen.items()):
            low, high = losses(table, split), tree_rows(table, split, "nll")["refined"]
            axis.plot([x, x], [low.mean(), high.mean()], color=GREY, linewidth=2.5, alpha=0.5, solid_capstyle="butt")
            _point(axis, x - 0.1, low, "minima", COLOURS["segment"], "o")
            _point(axis, x + 0.1, high, "saddles", COLOURS["bezier"], "D")
            start = pick(courses, subspace=label, epoch=0.0, split=split, quantity="nll")["value"].mean()
            axis.plot([x - 0.35, x + 0.35], [start] * 2, color=GREY, linewidth=2, label="untrained")
        axis.set(title=split.capitalize(), xlim=(-0.6, len(chosen) - 0.4))
        axis.set_xticks(
            range(len(chosen)), [named(n, saddles) for n in chosen], rotation=45, ha="right", rotation_mode="anchor"
        )
    logarithmic(axes[0])
    axes[0].set_ylabel("nll [nats]")
    legend_of(figure, axes, ncols=3)
    return figure


def _point(axis, x, values, label, colour, marker):
    spread = None if len(values) < 2 else values.std()
    axis.errorbar(x, values.mean(), spread, fmt=marker, color=colour, markersize=4, capsize=2, elinewidth=0.8, label=label)
