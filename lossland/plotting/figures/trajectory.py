"""Trajectories over scores in planes that were laid through them: where a training went, and what it passed.

A dot is a point that was kept, as dark as its own score if that was measured: where it differs from the plane around it, the
plane does not show what the training saw. Orange rings are the last points before the learning rate falls, axes have the share
of the variance along them if it was measured. One run of each; white is low, grey is not finite, and between the points that
were measured are monotone cubics, of losses in the logarithm.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Positive, Split
from lossland.plotting.panels import broken, legend_of, tiles
from lossland.plotting.planes import relief
from lossland.plotting.style import AXES, COLOURS, GREY, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, noted, one_run, pick, plane, untrained, where


def draw(
    *,
    planes: Table("landscape"),
    paths: Table("projection"),
    shares: Table("directions") | None = None,
    courses: Table("dynamics") | None = None,
    split: Split = "train",
    quantity: str = "nll",
    highest: Positive = 10.0,
) -> Figure:
    """A panel for each label of `planes`, up to `highest`; the other tables have its label.

    Raises ValueError if paths and courses are of different trainings.
    """
    name, scale = AXES[quantity]
    grids = {label: scale * plane(one_run(part), split, quantity) for label, part in by_label(planes).items()}
    walks = {label: _walk(pick(paths, subspace=label), courses, split, quantity, scale) for label in grids}
    figure, axes = tiles(len(grids), 4, height=2.45, layout="compressed")
    seen = np.concatenate([walk["value"] for walk in walks.values()])
    drawn = relief(figure, axes, grids.values(), highest, f"{split} {name}", also=seen, aspect=40, pad=0.01)
    for axis, (label, walk) in zip(axes, walks.items(), strict=True):
        _path(axis, walk, drawn.norm if courses is not None else None)
        axis.set(title=noted(broken(label, 30), untrained(walk["error"].iloc[-1])), aspect="equal", xlabel="1st", ylabel="2nd")
        if shares is not None:
            held = 100 * pick(one_run(pick(shares, subspace=label)), quantity="centred").sort_values("first")["value"]
            axis.set(xlabel=f"1st PC: {held.iloc[0]:.1f} %", ylabel=f"2nd PC: {held.iloc[1]:.1f} %")
    legend_of(figure, axes, ncols=min(2, len(axes)))
    return figure


def _walk(path, courses, split, quantity, scale):
    """The trajectory in the plane, with the score and the error at its own points, NaN if they are not known."""
    path = one_run(path).set_index("index").sort_index()
    if courses is None:
        return path.assign(value=np.nan, error=np.nan)
    course = pick(courses, subspace=path["subspace"].iloc[0], run=path["run"].iloc[0], split=split)
    error = where(course, quantity="error").set_index("index")["value"]
    course = pick(course, quantity=quantity).set_index("index").sort_index()
    if not course["epoch"].equals(path["epoch"]):
        raise ValueError(f"paths and courses of {path['subspace'].iloc[0]} are of other epochs; measure one training")
    return path.assign(value=scale * course["value"], error=error)


def _path(axis, path, norm):
    axis.plot(path["u0"], path["u1"], color=COLOURS["single"], linewidth=0.7)
    drops = path[path["lr"].shift(-1) <= path["lr"] / 2]
    axis.plot(drops["u0"], drops["u1"], "o", color=COLOURS["bezier"], markersize=7, label="the last before the rate falls")
    shade = {"c": path["value"], "norm": norm, "plotnonfinite": True, "cmap": WHITE_TO_DARK.with_extremes(bad=GREY)}
    look = {"s": 14, "edgecolors": "black", "linewidths": 0.5, "zorder": 3, "label": "a point that was kept"}
    axis.scatter(path["u0"], path["u1"], **look | (shade if norm else {"color": COLOURS["single"]}))
