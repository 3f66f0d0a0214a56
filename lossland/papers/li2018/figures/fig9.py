"""Li et al. 2018 (arXiv 1712.09913), figure 9: trajectories over the train loss in the plane of their principal components.

Contours are those of the released code, 0.1, 0.6, ..., 9.6 and 10, 100, ..., 10^8 nats. One run of each plane. Differs from
the paper in: colours show the loss too, and those of the dots are the loss at the points themselves, which lie outside the
plane, where the surface shows the loss of their projections.
"""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from lossland.options import Count, Positive
from lossland.plotting.panels import filled, legend_of, tiles
from lossland.plotting.style import COLOURS, GREY, WHITE_TO_DARK
from lossland.statistics.tables import Table, entries, first_run, rows_of, sheet, where

CAPTION = """
Trainings from the right of each panel to the solution at (0, 0), with the share of their variance on each axis. A dot is a
point that was kept, as dark as its own train loss; where that differs from the surface around it, the plane does not show
what the training saw. Orange rings are the last points before the learning rate falls. In the paper (VGG-9 on CIFAR-10) paths
first run across the contours; those of small batches with weight decay then turn along them, around the solution, and have a
kink where the rate drops. Two components hold 40 to 90 % of the variance there.
"""
LEVELS = [*np.arange(0.1, 10, 0.5), *np.logspace(1, 8, 8)]
WHITE = 1e-3  # nats; below it all is white


def draw(
    *,
    surfaces: Table("landscape"),
    paths: Table("projection"),
    shares: Table("directions"),
    courses: Table("dynamics"),
    titles: list[list[str]],
    columns: Count = 2,
    highest: Positive = 10.0,
) -> Figure:
    """`titles` lists [plane, title, network] in the order drawn: whose training it is, or the network's instance.

    A network without an instance is that of the plane's instance. Colours end at `highest` nats. Raises ValueError where a
    table has no rows of a plane or network, or a network is not the one of the plane.
    """
    chosen = entries("titles", titles, "plane", "title", "network")
    grids = [sheet(first_run(rows_of(surfaces, plane, "surfaces")), "train", "nll") for plane, *_ in chosen]
    walks = [_walk(plane, network, paths, courses) for plane, _, network in chosen]
    norm = _norm(np.concatenate([*map(np.ravel, grids), *(walk["value"] for walk in walks)]), highest)
    figure, axes = tiles(len(chosen), columns, height=2.45, layout="compressed")
    for axis, (plane, title, _), grid, walk in zip(axes, chosen, grids, walks, strict=True):
        shades = np.geomspace(norm.vmin, norm.vmax, 40)
        filled(axis, grid.clip(lower=WHITE), shades, norm=norm, extend="both")
        axis.contour(grid.columns, grid.index, grid, LEVELS, colors="#8c8c8c", linewidths=0.5)
        drawn = _path(axis, walk, norm)
        axis.set(title=title, aspect="equal", **_labels(plane, shares))
    legend_of(figure, axes, ncols=min(2, len(axes)))
    bar = {"ticks": np.geomspace(norm.vmin, norm.vmax, 5), "format": "%.2g", "extend": "both", "aspect": 40}
    figure.colorbar(drawn, ax=axes, label="train nll [nats]", pad=0.01, **bar).minorticks_off()
    return figure


def _walk(plane, network, paths, courses):
    """The trajectory in the plane, with the train nll at its own points."""
    path = first_run(rows_of(paths, plane, "paths"))
    name, _, run = network.partition("/")
    course = where(rows_of(courses, name, "courses"), run=run or path["run"].iloc[0], split="train", quantity="nll")
    course, path = course.set_index("index"), path.set_index("index").sort_index()
    if not course["epoch"].sort_index().equals(path["epoch"]):
        raise ValueError(f"{network} did not keep the epochs of {plane}; name the network/instance that it is the plane of")
    return path.assign(value=course["value"])


def _norm(values, highest):
    values = values[np.isfinite(values)].clip(WHITE, highest)
    return LogNorm(values.min(), values.max()) if len(np.unique(values)) > 1 else LogNorm(WHITE, highest)


def _path(axis, path, norm):
    axis.plot(path["u0"], path["u1"], color=COLOURS["single"], linewidth=0.7)
    drops = path[path["lr"].shift(-1) <= path["lr"] / 2]
    axis.plot(drops["u0"], drops["u1"], "o", color=COLOURS["bezier"], markersize=7, label="the last before the rate falls")
    look = {"cmap": WHITE_TO_DARK.with_extremes(bad=GREY), "s": 14, "edgecolors": "black", "linewidths": 0.5, "zorder": 3}
    dots = {"c": path["value"], "norm": norm, "plotnonfinite": True, "label": "a point that was kept"}
    return axis.scatter(path["u0"], path["u1"], **dots, **look)


def _labels(plane, shares):
    share = where(first_run(rows_of(shares, plane, "shares")), quantity="centred").sort_values("first")["value"]
    if len(share) != 2:
        raise ValueError(f"li2018_fig9 draws planes of two principal components, and {plane} is none; use method pca_plane")
    first, second = (100 * share).tolist()
    return {"xlabel": f"1st PC: {first:.1f} %", "ylabel": f"2nd PC: {second:.1f} %"}
