"""Li et al. 2018 (arXiv 1712.09913), figures 18 and 19: loss and error in the course of the trainings.

Train solid, test dashed; nll on a logarithmic axis; all panels have the same axes. Lines are means over runs, bands their
range.
"""

from matplotlib.figure import Figure

from lossland.options import Count
from lossland.plotting.panels import alike, count_of, legend_of, scores, tiles
from lossland.statistics.tables import Table, parts

CAPTION = """
Train (solid) and test (dashed) loss and error of the networks whose landscapes are drawn, against the epoch. In the paper
(VGG-9 and residual networks on CIFAR-10; in 300 epochs the rate falls tenfold after 150, 225 and 275) small batches end at a
lower test error than large ones, and networks with shortcuts at a lower one than those without.
"""


def draw(*, courses: Table("dynamics"), titles: list[list[str]], columns: Count = 2) -> Figure:
    """`titles` lists [network, title] of each panel in the order drawn. Raises ValueError where a network has no rows."""
    chosen = parts(courses, titles, "courses")
    figure, axes = tiles(len(chosen), columns, sharey=True)
    twins = []
    for axis, (title, table) in zip(axes, chosen, strict=True):
        twins.append(scores(axis, table, "epoch"))
        axis.set(title=f"{title} ({count_of(table, 'run')})", xlabel="epoch", yscale="log")
        axis.yaxis.set_minor_formatter("")
    alike(axes, twins)
    legend_of(figure, (*axes, *twins), ncols=min(5, 2 * columns, 2 * len(axes)), title="mean and range of runs")
    return figure
