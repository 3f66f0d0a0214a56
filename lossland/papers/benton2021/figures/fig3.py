"""Benton et al. 2021 (arXiv 2102.13042), figures 3, 4 (left) and 6: the train loss on faces of a simplicial complex.

Each panel is the plane through three vertices of the complex; the triangle between them is the face itself. Axes are
Euclidean distances.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Count, Index, Positive, Split
from lossland.plotting.panels import filled, legend_of, tiles, triangle
from lossland.statistics.tables import Table, corners, first_run, parts, sheet

CAPTION = """
The planes through three vertices of a simplicial complex, in one scale of colours: white is low, what is above the scale is
darkest, grey is not finite. Dots are modes, networks that were trained on their own; diamonds are connectors, trained so
that the loss is low in the whole of their simplexes. In the paper (VGG16; figure 3 CIFAR-10, figure 4 CIFAR-100) the faces
of the complex lie in one region of low loss, and the segment from mode to mode belongs to no simplex.
"""


def draw(
    *,
    faces: Table("landscape"),
    titles: list[list[str]],
    modes: list[Index],
    split: Split = "train",
    highest: Positive = 1.05,
    columns: Count = 4,
) -> Figure:
    """`titles` lists [subspace, title] of each face in the order drawn, one run of it; `modes` says of each how many of its
    first vertices are modes. Colours end at `highest` nats, or at the highest value where that is lower.

    Raises ValueError where a face is missing, or `modes` has another length than `titles`.
    """
    chosen = [(title, first_run(part)) for title, part in parts(faces, titles, "faces")]
    if len(modes) != len(chosen):
        raise ValueError(f"modes lists {len(modes)} numbers for {len(chosen)} faces; list one for each of titles")
    sheets = [sheet(part, split, "nll") for _, part in chosen]
    finite = np.concatenate([s.to_numpy()[np.isfinite(s)] for s in sheets])
    top = min(highest, finite.max()) if finite.size and finite.max() > 0 else highest
    levels = np.linspace(0, top, 8)
    figure, axes = tiles(len(chosen), columns, layout="compressed")
    figure.set_figheight(0.5 + 1.95 * axes[0].get_gridspec().nrows)  # the legend is there once
    figure.get_layout_engine().set(h_pad=0.06)
    for axis, (title, part), shown, filled_in in zip(axes, chosen, sheets, modes, strict=True):
        drawn = filled(axis, shown.where(np.isfinite(shown)).clip(0, top), levels)
        triangle(axis, *corners(part, title), filled_in)
        axis.set(title=title, aspect="equal", xlabel="distance")
        if axis.get_subplotspec().is_first_col():
            axis.set_ylabel("distance")
    figure.colorbar(drawn, ax=axes, label=f"{split} nll [nats]", ticks=levels, format="%.3g", aspect=25, pad=0.01)
    legend_of(figure, axes, "outside upper center", ncols=2)
    return figure
