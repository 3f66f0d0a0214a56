"""Landscapes with known saddles (after Draxler et al. 2018, arXiv 1803.00885): AutoNEB's band over the contours.

    theta = theta_1 + u_0 e_0 + u_1 e_1        e_0 = (theta_2 - theta_1) / |theta_2 - theta_1|, e_1 orthogonal to it

Above, the plane of a band, drawn in the two coordinates of the landscape: two minima (dots), the band between them and the
true saddles (crosses); white is low, grey was not measured. Below, the loss along the band after each cycle, the later the
darker, and the height of the true saddle (dashed): the band is right if its highest point comes to that line.

The released code has such landscapes only to test that it runs.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.geometry.known_saddles import TOYS
from lossland.options import Positive
from lossland.plotting.panels import panels
from lossland.plotting.style import COLOURS, GREY, LIGHT_TO_DARK, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, one_run, pick, plane


def draw(
    *, surfaces: Table("landscape"), coordinates: Table("coordinates"), cycles: Table("cycles"), above: Positive = 1.5
) -> Figure:
    """Labels are names of `geometry.known_saddles`; one run of each. Colours end at `above` times the height of the saddle over
    the lower minimum. Raises ValueError if a landscape is not known, or its first two coordinates were not measured."""
    chosen = by_label(surfaces)
    figure, axes = panels(2, len(chosen), height=2.3)
    for column, (form, surface) in zip(axes.T, chosen.items(), strict=True):
        if form not in TOYS:
            raise ValueError(f"the saddles of {form} are not known; name networks as one of {', '.join(TOYS)}")
        band = _places(one_run(pick(coordinates, subspace=form)))
        course = one_run(pick(cycles, subspace=form))
        _surface(column[0], one_run(surface), band, TOYS[form], above)
        for cycle, rows in course.sort_values("share").groupby("cycle"):
            column[1].plot(rows["share"], rows["nll"], color=LIGHT_TO_DARK(cycle / course["cycle"].max()), linewidth=1.1)
        column[1].axhline(TOYS[form].height, color=COLOURS["bezier"], linestyle="--", linewidth=1)
        column[0].set(title=form.replace("_", " "), xlabel="x")
        column[1].set(xlabel="share of the length", xlim=(0, 1))
    axes[0, 0].set_ylabel("y")
    axes[1, 0].set_ylabel("loss")
    return figure


def _places(table):
    """The points of the band [n 2] by the two coordinates of the landscape."""
    points = table.pivot(index="index", columns="coordinate", values="value").sort_index()
    if not {0, 1} <= set(points):
        raise ValueError(f"coordinates of {table['subspace'].iloc[0]} are {list(points)}; measure all, with their number")
    return points[[0, 1]].to_numpy()


def _surface(axis, surface, band, toy, above):
    loss = plane(surface, "train", "nll")
    x, y = _there(*np.meshgrid(loss.columns, loss.index), pick(surface, mark="path"), band)
    low = loss.min(axis=None)
    levels = MaxNLocator(12).tick_values(low, low + above * (toy.height - low))
    axis.contourf(x, y, loss.clip(upper=levels[-1]), levels, cmap=WHITE_TO_DARK)
    axis.contour(x, y, loss, levels[::2], colors=GREY, linewidths=0.4)
    axis.plot(*band.T, color=COLOURS["bezier"], linewidth=1.4)
    axis.plot(*band[[0, -1]].T, "o", color=COLOURS["bezier"], markeredgecolor="white", markersize=5)
    inside = [p for p in toy.passes if x.min() <= p[0] <= x.max() and y.min() <= p[1] <= y.max()]
    axis.plot(*np.array(inside).T, "x", color="black", markersize=6, markeredgewidth=1.4)
    axis.set(aspect="equal", facecolor=GREY)


def _there(u0, u1, walk, band):
    """(x, y) of coordinates of the plane, whose second axis is on the side of the first to which the band bends."""
    (x, y), (along, aside) = band[0], (band[-1] - band[0]) / np.linalg.norm(band[-1] - band[0])
    left = ((band - band[0]) @ (-aside, along)).sum()  # how far the band lies left of the segment
    side = 1 if left * walk.drop_duplicates("index")["u1"].sum() >= 0 else -1
    return x + u0 * along - side * u1 * aside, y + u0 * aside + side * u1 * along
