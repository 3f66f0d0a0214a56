"""Li et al. 2018 (arXiv 1712.09913), figures 3, 5, 6, 15 and 17: the train loss around networks as contours.

    f(u) = nll(theta* + u_1 d_1 + u_2 d_2)

Each panel is the plane of two random directions around a network, the cross in its middle; if they are filter-normalised, u =
1 is as long as the network itself. White is low, grey is not finite, between the points that were measured are monotone
cubics; lines, at numpy.arange(0.1, 10, 0.5) nats as in the released code, colours and axes are the same in all panels. One run
of each; errors are of the images that the surface was measured on, that of the training data if it is a tenth or more.

In the paper large batches, depth without shortcuts and few channels go with narrow or ragged contours and a high test error,
shortcuts and width with wide, round ones and a low one.

Differs from the released code in: all panels share the colours too.
"""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from lossland.options import Count
from lossland.plotting.panels import tiles
from lossland.plotting.planes import cross, filled, finer
from lossland.plotting.style import COLOURS, SHADES
from lossland.statistics.tables import Table, by_label, one_run, plane, with_error

LEVELS = np.arange(0.1, 10, 0.5)


def draw(*, surfaces: Table("landscape"), columns: Count = 4) -> Figure:
    planes = by_label(surfaces)
    figure, axes = tiles(len(planes), columns, height=2.3, sharex=True, sharey=True, layout="compressed")
    figure.set_figheight(figure.get_figheight() + 0.4)  # for the labels below and the titles, which squares leave no room
    for axis, (label, part) in zip(axes, planes.items(), strict=True):
        drawn = _contours(axis, plane(one_run(part), "train", "nll"))
        cross(axis, 0, 0, COLOURS["bezier"])
        axis.set(title=with_error(label, one_run(part)), aspect="equal")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_major_formatter("{x:g}")
    figure.colorbar(drawn, ax=axes, label="train nll [nats]", ticks=LEVELS[::2], format="%.3g", aspect=25, pad=0.01)
    figure.supxlabel("first direction, $u_1$")
    figure.supylabel("second direction, $u_2$")
    return figure


def _contours(axis, measured):
    heights = finer(measured, logarithmic=True)
    drawn = filled(axis, heights, LEVELS, norm=Normalize(LEVELS[0], LEVELS[-1]), extend="both")
    finite = heights.where(np.isfinite(heights))
    met = (finite.min(axis=None) < LEVELS) & (finite.max(axis=None) > LEVELS)
    if met.any():
        lines = axis.contour(heights.columns, heights.index, heights, LEVELS[met], colors=SHADES[-1], linewidths=0.4)
        light = LEVELS.mean() > LEVELS  # on darker shades labels are not readable
        axis.clabel(lines, LEVELS[::2][(met & light)[::2]], fontsize=4.5, fmt="%.3g", inline_spacing=1)
    return drawn
