"""Li et al. 2018 (arXiv 1712.09913), figure 9: trajectories over the train loss in the plane of their principal components.

Trainings from the right of each panel to the solution at (0, 0), with the share of their variance on each axis. A dot is a
point that was kept, as dark as its own train loss; if that differs from the surface around it, the plane does not show what
the training saw. Orange rings are the last points before the learning rate falls. Contours are those of the released code, 0.1,
0.6, ..., 9.6 and 10, 100, ..., 10^8 nats. One run of each.

In the paper (VGG-9 on CIFAR-10) paths first run across the contours; those of small batches with weight decay then turn along
them, around the solution, and have a kink where the rate drops. Two components hold 40 to 90 % of the variance there.

Differs from the paper in: colours show the loss too, and those of the dots are the loss at the points themselves, which lie
outside the plane, where the surface shows the loss of their projections.
"""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from lossland.plotting.panels import broken, legend_of, tiles
from lossland.plotting.planes import filled
from lossland.plotting.style import COLOURS, GREY, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, noted, one_run, pick, plane, untrained, where

LEVELS = [*np.arange(0.1, 10, 0.5), *np.logspace(1, 8, 8)]
WHITE, HIGHEST = 1e-3, 10.0  # nats; below it all is white, above it all is darkest


def draw(
    *,
    surfaces: Table("landscape"),
    paths: Table("projection"),
    shares: Table("directions"),
    courses: Table("dynamics"),
) -> Figure:
    """A panel for each plane of `surfaces`; the other tables have its label.

    Raises ValueError if paths and courses are of different trainings.
    """
    grids = {label: plane(one_run(part), "train", "nll") for label, part in by_label(surfaces).items()}
    walks = {label: _walk(pick(paths, subspace=label), pick(courses, subspace=label)) for label in grids}
    norm = _norm(np.concatenate([*map(np.ravel, grids.values()), *(walk["value"] for walk in walks.values())]))
    figure, axes = tiles(len(grids), 4, height=2.45, layout="compressed")
    for axis, (label, grid) in zip(axes, grids.items(), strict=True):
        shades = np.geomspace(norm.vmin, norm.vmax, 40)
        filled(axis, grid.clip(lower=WHITE), shades, norm=norm, extend="both")
        axis.contour(grid.columns, grid.index, grid, LEVELS, colors="#8c8c8c", linewidths=0.5)
        drawn = _path(axis, walks[label], norm)
        held = 100 * pick(one_run(pick(shares, subspace=label)), quantity="centred").sort_values("first")["value"]
        axis.set(title=noted(broken(label, 30), untrained(walks[label]["error"].iloc[-1])), aspect="equal")
        axis.set(xlabel=f"1st PC: {held.iloc[0]:.1f} %", ylabel=f"2nd PC: {held.iloc[1]:.1f} %")
    legend_of(figure, axes, ncols=min(2, len(axes)))
    bar = {"ticks": np.geomspace(norm.vmin, norm.vmax, 5), "format": "%.2g", "extend": "both", "aspect": 40}
    figure.colorbar(drawn, ax=axes, label="train nll [nats]", pad=0.01, **bar).minorticks_off()
    return figure


def _walk(path, course):
    """The trajectory in the plane, with the train nll and error at its own points."""
    path = one_run(path).set_index("index").sort_index()
    course = pick(course, run=path["run"].iloc[0], split="train")
    error = where(course, quantity="error").set_index("index")["value"]
    course = pick(course, quantity="nll").set_index("index").sort_index()
    if not course["epoch"].equals(path["epoch"]):
        raise ValueError(f"paths and courses of {path['subspace'].iloc[0]} are of other epochs; measure one training")
    return path.assign(value=course["value"], error=error)


def _norm(values):
    values = values[np.isfinite(values)].clip(WHITE, HIGHEST)
    return LogNorm(values.min(), values.max()) if len(np.unique(values)) > 1 else LogNorm(WHITE, HIGHEST)


def _path(axis, path, norm):
    axis.plot(path["u0"], path["u1"], color=COLOURS["single"], linewidth=0.7)
    drops = path[path["lr"].shift(-1) <= path["lr"] / 2]
    axis.plot(drops["u0"], drops["u1"], "o", color=COLOURS["bezier"], markersize=7, label="the last before the rate falls")
    look = {"cmap": WHITE_TO_DARK.with_extremes(bad=GREY), "s": 14, "edgecolors": "black", "linewidths": 0.5, "zorder": 3}
    dots = {"c": path["value"], "norm": norm, "plotnonfinite": True, "label": "a point that was kept"}
    return axis.scatter(path["u0"], path["u1"], **dots, **look)
