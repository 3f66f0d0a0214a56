"""Benton et al. 2021 (arXiv 2102.13042), figures 3, 4 (left) and 6: the train loss on faces of a simplicial complex.

Each panel is the plane through three vertices of the complex; the triangle between them is the face itself, axes are Euclidean
distances. All panels have one scale of colours, in the logarithm and interpolated by monotone cubics: white is low, what is
above the scale is darkest, grey is not finite. Dots are modes, networks that were trained on their own; diamonds are
connectors, trained so that the loss is low in the whole of their simplexes.

In the paper (VGG16; figure 3 CIFAR-10, figure 4 CIFAR-100) the faces of the complex lie in one region of low loss, and the
segment from mode to mode belongs to no simplex. The title tells of vertices that do not fit the data.
"""

from matplotlib.figure import Figure

from lossland.options import Index, Label
from lossland.plotting.panels import broken, legend_of, tiles
from lossland.plotting.planes import relief, triangle
from lossland.statistics.tables import Table, by_label, corners, noted, one_run, plane, untrained, where

HIGHEST = 2.0  # nats, at which the colours end, if no value is lower


def draw(*, faces: Table("landscape"), modes: dict[Label, Index]) -> Figure:
    """One run of each face. `modes` maps its label to how many of its vertices are modes; these are the first."""
    faces = {label: one_run(part) for label, part in by_label(faces).items()}
    if lacking := faces.keys() - modes.keys():
        raise ValueError(f"modes has no number for {min(lacking)}; give one for each face")
    planes = {label: plane(part, "train", "nll") for label, part in faces.items()}
    figure, axes = tiles(len(faces), 4, layout="compressed")
    figure.set_figheight(0.5 + 1.95 * axes[0].get_gridspec().nrows)  # the legend is there once
    figure.get_layout_engine().set(h_pad=0.06)
    relief(figure, axes, planes.values(), HIGHEST, "train nll [nats]", aspect=25, pad=0.01)
    for axis, label in zip(axes, planes, strict=True):
        triangle(axis, *corners(faces[label], label), modes[label])
        axis.set(title=noted(broken(label, 26), _worst(faces[label])), aspect="equal", xlabel="distance")
        if axis.get_subplotspec().is_first_col():
            axis.set_ylabel("distance")
    legend_of(figure, axes, "outside upper center", ncols=2)
    return figure


def _worst(face):
    return untrained(where(face, mark="spanning", split="train", quantity="error")["value"].max())
