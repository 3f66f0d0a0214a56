"""Benton et al. 2021 (arXiv 2102.13042), figure 7: networks of one simplex on two spirals separate the classes differently.

    boundary of network i: p_i(x) = 1/2,     of all together: 1/n sum_i p_i(x) = 1/2

Left, the train nll on the plane through three vertices of a simplex of low loss; white is low, and the dots are its vertices.
Right, five networks of the simplex, each with the boundary where it holds both classes to be equally likely, and the mean of
all of them.

In the paper (a perceptron of eight layers) the networks are drawn in a simplex of four vertices, and their boundaries differ.

Differs from the released code in: probabilities are averaged, not the outputs before the sigmoid.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from lossland.plotting.planes import relief, triangle
from lossland.statistics.tables import Table, corners, one_run, plane

CLASSES = LinearSegmentedColormap.from_list("classes", ["#6ba9d2", "#ffffff", "#eda36b"])
SINGLE, HIGHEST = 5, 5.0  # networks by themselves; nats, at which the colours end


def draw(*, face: Table("landscape"), functions: Table("functions")) -> Figure:
    """One run of each; the first vertex of the face is the network."""
    face, functions = one_run(face), one_run(functions)
    if functions["x1"].isna().any():
        raise ValueError(f"functions of {functions['subspace'].iloc[0]} have one input; a boundary needs a task of two")
    figure = plt.figure(figsize=(7.2, 3.1))
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.3])
    _face(left, face)
    networks = {f"network {i}": one.pivot(index="x1", columns="x0", values="output") for i, one in functions.groupby("index")}
    shown = dict(list(networks.items())[:SINGLE]) | {f"mean of {len(networks)}": sum(networks.values()) / len(networks)}
    axes = right.subplots(2, 3).flat
    for axis, (title, p) in zip(axes, shown.items(), strict=False):
        drawn = axis.contourf(p.columns, p.index, p, np.linspace(0, 1, 11), cmap=CLASSES)
        if p.min(axis=None) < 0.5 < p.max(axis=None):
            axis.contour(p.columns, p.index, p, [0.5], colors="black", linewidths=1.0)
        axis.set(title=title, aspect="equal")
        axis.tick_params(labelsize=6)
    for axis in axes[len(shown) :]:
        axis.remove()
    right.supxlabel("input $x_0$")
    right.supylabel("input $x_1$")
    right.colorbar(drawn, ax=axes[: len(shown)], label="probability of class 1", ticks=[0, 0.5, 1], aspect=25)
    return figure


def _face(figure, face):
    axis = figure.subplots()
    bar = {"location": "bottom", "shrink": 0.8, "aspect": 25}
    relief(figure, [axis], [plane(face, "train", "nll")], HIGHEST, "train nll [nats]", **bar)
    triangle(axis, *corners(face, face["subspace"].iloc[0]), 1)
    axis.set(aspect="equal", xlabel="distance", ylabel="distance", title="A face of the simplex")
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)
