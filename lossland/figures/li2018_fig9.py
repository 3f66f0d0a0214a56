"""Li et al. 2018 (arXiv 1712.09913), figure 9: trajectories over the train loss in the plane of their principal components.

Contours are those of the released code, 0.1, 0.6, ..., 9.6 and 10, 100, ..., 10^8 nats. One run of each plane. Differs from
the paper in: colours show the loss too, and those of the dots are the loss at the points themselves, which lie outside the
plane, where the surface shows the loss of their projections.
"""

from typing import Annotated

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from lossland.options import Count, Positive
from lossland.style import COLOURS, GREY, WHITE_TO_DARK, first_run, legend_of, parts_of, rows_of, tiles

CAPTION = """
Trainings from the right of each panel to the solution at (0, 0), with the share of their variance on each axis. A dot is a
point that was kept, as dark as its own train loss; where that differs from the surface around it, the plane does not show
what the training saw. Orange rings are the last points before the learning rate falls. In the paper (VGG-9 on CIFAR-10) paths
first run across the contours; those of small batches with weight decay then turn along them, around the solution, and have a
kink where the rate drops. Two components hold 40 to 90 % of the variance there.
"""
LEVELS = [*np.arange(0.1, 10, 0.5), *np.logspace(1, 8, 8)]
LOWEST = 1e-3  # nats; below it all is white


def draw(
    *,
    surfaces: Annotated[pd.DataFrame, "landscape"],
    paths: Annotated[pd.DataFrame, "projection"],
    shares: Annotated[pd.DataFrame, "directions"],
    courses: Annotated[pd.DataFrame, "dynamics"],
    titles: dict,
    columns: Count = 2,
    highest: Positive = 10.0,
) -> Figure:
    """`titles` maps the subspace of each plane to {title: over its panel, network: whose training it is, or an instance}.

    Panels are in the order of the surfaces. A network without an instance is that of the plane's instance. Colours end at
    `highest` nats; what is not finite is grey. Raises ValueError where a table has no rows of a stanza, or a network is not
    the one of the plane.
    """
    parts = parts_of(surfaces, titles, "surfaces")
    planes = {name: _plane(name, entry, surface, paths, courses) for name, entry, surface in parts}
    values = pd.concat([part["value"] for plane in planes.values() for part in plane])
    values = values[np.isfinite(values)].clip(LOWEST, highest)
    norm = LogNorm(values.min(), values.max()) if values.nunique() > 1 else LogNorm(LOWEST, highest)
    figure, axes = tiles(len(titles), columns, height=2.45)
    for axis, (name, (grid, path)) in zip(axes, planes.items(), strict=True):
        _surface(axis, grid, norm)
        drawn = _path(axis, path, norm)
        first, second = _labels(name, shares)
        axis.set(title=titles[name]["title"], xlabel=first, ylabel=second, aspect="equal")
    legend_of(figure, axes, ncols=min(2, len(axes)))
    ticks = np.geomspace(norm.vmin, norm.vmax, 5)
    bar = {"label": "train nll [nats]", "ticks": ticks, "format": "%.2g", "extend": "both", "aspect": 40, "shrink": 0.8}
    figure.colorbar(drawn, ax=axes, pad=0.01, **bar).minorticks_off()
    return figure


def _plane(name, entry, surface, paths, courses):
    """(grid, path): the train nll on the plane; the trajectory, with the train nll at its own points."""
    if not isinstance(entry, dict) or set(entry) != {"title", "network"}:
        raise ValueError(f"li2018_fig9.titles.{name} is {entry}; it must name title and network")
    surface, path = first_run(surface), first_run(rows_of(paths, name, "paths"))
    network, _, run = entry["network"].partition("/")
    course = _train(rows_of(courses, network, "courses"))
    course = course[course["run"] == (run or path["run"].iloc[0])].set_index("index")
    path = path.set_index("index").sort_index()
    if not course["epoch"].sort_index().equals(path["epoch"]):
        raise ValueError(
            f"li2018_fig9.titles.{name}: {entry['network']} did not keep the epochs of this plane; name its network/instance"
        )
    return _train(surface[surface["mark"] == "grid"]), path.assign(value=course["value"])


def _train(table):
    return table[(table["split"] == "train") & (table["quantity"] == "nll")]


def _labels(name, shares):
    share = first_run(rows_of(shares, name, "shares")).query("quantity == 'centred'").sort_values("first")["value"]
    if len(share) != 2:
        raise ValueError(f"li2018_fig9 draws planes of two principal components, and {name} is none; use method pca_plane")
    return [f"{order} PC: {100 * value:.1f} %" for order, value in zip(("1st", "2nd"), share, strict=True)]


def _surface(axis, grid, norm):
    z = grid.pivot(index="u1", columns="u0", values="value")
    z = z.where(np.isfinite(z))
    axis.set_facecolor(GREY)
    shades = np.geomspace(norm.vmin, norm.vmax, 40)
    axis.contourf(z.columns, z.index, z.clip(norm.vmin, norm.vmax), shades, cmap=WHITE_TO_DARK, norm=norm)
    axis.contour(z.columns, z.index, z, LEVELS, colors="#8c8c8c", linewidths=0.5)


def _path(axis, path, norm):
    axis.plot(path["u0"], path["u1"], color=COLOURS["single"], linewidth=0.7)
    drops = path[path["lr"].shift(-1) <= path["lr"] / 2]
    axis.plot(drops["u0"], drops["u1"], "o", color=COLOURS["bezier"], markersize=7, label="the last before the rate falls")
    dots = {
        "cmap": WHITE_TO_DARK.with_extremes(bad=GREY),
        "norm": norm,
        "s": 14,
        "edgecolors": "black",
        "linewidths": 0.5,
        "zorder": 3,
        "label": "a point that was kept",
    }
    return axis.scatter(path["u0"], path["u1"], c=path["value"], plotnonfinite=True, **dots)
