"""Li et al. 2018 (arXiv 1712.09913), figures 18 and 19: loss and error in the course of the trainings.

Train (solid) and test (dashed) loss and error of the networks whose landscapes are drawn, against the epoch; the nll on a
logarithmic axis, all panels with the same axes. Lines are means over runs, bands their range.

In the paper (VGG-9 and residual networks on CIFAR-10; in 300 epochs the rate falls tenfold after 150, 225 and 275) small
batches end at a lower test error than large ones, and networks with shortcuts at a lower one than those without.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import alike, broken, count_of, legend_of, scores, tiles
from lossland.statistics.tables import Table, by_label


def draw(*, courses: Table("dynamics")) -> Figure:
    networks = by_label(courses)
    figure, axes = tiles(len(networks), 4, sharey=True)
    twins = []
    for axis, (label, table) in zip(axes, networks.items(), strict=True):
        twins.append(scores(axis, table, "epoch"))
        axis.set(title=broken(f"{label} ({count_of(table, 'run')})", 37), xlabel="epoch", yscale="log")
        axis.yaxis.set_minor_formatter("")
    alike(axes, twins)
    legend_of(figure, (*axes, *twins), ncols=min(5, 2 * len(axes)), title="mean and range of runs")
    return figure
