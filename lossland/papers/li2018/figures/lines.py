"""Li et al. 2018 (arXiv 1712.09913), figures 3, 12, 13 and 15: nll and error along one random direction through networks.

    nll(theta* + u d) on the left axis, error(theta* + u d) on the right one

Each panel is the straight line through a network, at u = 0: nll in blue, error in red, of the training data solid, of the test
data dashed; grey is where the nll of a run is not finite. Lines are means over runs, bands their range; errors in numbers are
of the images that the line was measured on, that of the training data if it is a tenth or more.

In the paper, along filter-normalised directions, where u = 1 is as long as the network, wide valleys go with low test errors;
along raw or layer-normalised ones width says less. Differs from the paper in: it draws accuracies, not errors.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import alike, legend_of, scores, tiles
from lossland.statistics.tables import Table, by_label, pick, with_error


def draw(*, lines: Table("landscape")) -> Figure:
    networks = by_label(lines)
    figure, axes = tiles(len(networks), 4, height=2.3, sharex=True, sharey=True)
    twins = []
    for axis, (label, part) in zip(axes, networks.items(), strict=True):
        twins.append(scores(axis, pick(part, mark="grid"), "u0"))
        axis.set(title=with_error(label, part), ylim=(0, 5))
        twins[-1].set_ylim(0, 100)
    alike(axes, twins)
    figure.supxlabel("step along the direction, u")
    legend_of(figure, (*axes, *twins), loc="outside upper center", ncols=min(5, 2 * len(axes)), title="mean and range of runs")
    return figure
