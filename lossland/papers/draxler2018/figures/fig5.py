"""Draxler et al. 2018 (arXiv 1803.00885), figure 5: mean loss of the minima and of the saddles between them, by architecture.

    minima: mean over the networks        saddles: mean over the edges of the minimum spanning tree of the train nll

The scale is the loss of the untrained network, drawn where the course of a training from its beginning is given.
"""

from matplotlib.figure import Figure

from lossland.options import Split
from lossland.plotting.panels import legend_of, logarithmic, panels
from lossland.plotting.style import COLOURS, GREY
from lossland.statistics.saddle_graph import losses, tree_rows
from lossland.statistics.tables import Table, pooled, where

CAPTION = """
Of each architecture the mean loss of its minima (circles) and of the saddles of the best paths between them (diamonds), with
the standard deviation over minima and over paths; the grey dash is the loss before training. In the paper saddles are close
to minima on this scale, in the train loss up to two orders of magnitude below an untrained network, the closer the deeper and
wider the architecture is; in the test loss of deep ones they hardly differ from the minima.
"""


def draw(
    *,
    saddles: Table("saddles"),
    courses: Table("dynamics"),
    titles: list[list[str]],
    trainings: list[list[str]] = (),
    splits: list[Split] = ("train", "test"),
) -> Figure:
    """`titles` lists [band, title] in the order drawn; bands of one title are of one architecture, and their paths join one set
    of minima. `trainings` lists [network, title] of those whose loss at epoch 0 is drawn.

    Raises ValueError where a band or a network has no rows, or a course does not begin at epoch 0.
    """
    chosen = pooled(saddles, titles, "saddles")
    untrained = pooled(courses, trainings, "courses", "trainings") if trainings else {}
    figure, (axes,) = panels(1, len(splits), height=2.8, sharey=True)
    figure.set_figwidth(len(splits) * max(2.4, 0.5 + 0.32 * len(chosen)))
    for axis, split in zip(axes, splits, strict=True):
        for x, (title, table) in enumerate(chosen.items()):
            low, high = losses(table, split), tree_rows(table, split, "nll")["refined"]
            axis.plot([x, x], [low.mean(), high.mean()], color=GREY, linewidth=2.5, alpha=0.5, solid_capstyle="butt")
            _point(axis, x - 0.1, low, "minima", COLOURS["segment"], "o")
            _point(axis, x + 0.1, high, "saddles", COLOURS["bezier"], "D")
            if title in untrained:
                height = _start(untrained[title], split, title)
                axis.plot([x - 0.35, x + 0.35], [height] * 2, color=GREY, linewidth=2, label="untrained")
        axis.set(title=split.capitalize(), xlim=(-0.6, len(chosen) - 0.4))
        axis.set_xticks(range(len(chosen)), chosen, rotation=45, ha="right", rotation_mode="anchor")
    logarithmic(axes[0])
    axes[0].set_ylabel("nll [nats]")
    legend_of(figure, axes, ncols=3)
    return figure


def _point(axis, x, values, label, colour, marker):
    spread = None if len(values) < 2 else values.std()
    axis.errorbar(x, values.mean(), spread, fmt=marker, color=colour, markersize=4, capsize=2, elinewidth=0.8, label=label)


def _start(course, split, title):
    first = where(course, epoch=0.0, split=split, quantity="nll")
    if first.empty:
        raise ValueError(f"courses of {title} have no {split} nll at epoch 0; keep the snapshot 0 of its training")
    return first["value"].mean()
