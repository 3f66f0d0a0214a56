"""Benton et al. 2021 (arXiv 2102.13042), figure 7: networks of one simplex on two spirals separate the classes differently.

    boundary of network i: p_i(x) = 1/2,     of all together: 1/n sum_i p_i(x) = 1/2

Differs from the released code in: probabilities are averaged, there the outputs before the sigmoid.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from lossland.options import Index, Positive
from lossland.plotting.panels import shaded, triangle
from lossland.statistics.tables import Table, corners, first_run, sheet

CAPTION = """
Left, the train nll on the plane through three vertices of a simplex of low loss; white is low, and the dots are its vertices.
Right, five networks of the simplex, each with the boundary where it holds both classes to be equally likely, and the mean of
all of them. In the paper (a perceptron of eight layers) the networks are drawn in a simplex of four vertices, and their
boundaries differ.
"""
CLASSES = LinearSegmentedColormap.from_list("classes", ["#6ba9d2", "#ffffff", "#eda36b"])
SINGLE = 5
LEVELS = np.linspace(0, 1, 11)


def draw(
    *,
    face: Table("landscape"),
    functions: Table("functions"),
    modes: Index = 1,
    highest: Positive = 5.0,
) -> Figure:
    """One run of each; the first `modes` vertices of the face are networks that were trained on their own."""
    face, functions = first_run(face), first_run(functions)
    if functions["x1"].isna().any():
        raise ValueError(f"functions of {functions['subspace'].iloc[0]} have one input; a boundary needs a task of two")
    figure = plt.figure(figsize=(7.2, 3.1))
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.3])
    _face(left, face, modes, highest)
    lattices = {f"network {i}": one.pivot(index="x1", columns="x0", values="output") for i, one in functions.groupby("index")}
    together = {f"mean of {len(lattices)}": sum(lattices.values()) / len(lattices)}
    shown = dict(list(lattices.items())[:SINGLE]) | together
    axes = right.subplots(2, 3).flat
    for axis, (title, lattice) in zip(axes, shown.items(), strict=False):
        drawn = _boundary(axis, lattice, title)
    for axis in axes[len(shown) :]:
        axis.remove()
    right.supxlabel("input $x_0$")
    right.supylabel("input $x_1$")
    right.colorbar(drawn, ax=axes[: len(shown)], label="probability of class 1", ticks=[0, 0.5, 1], aspect=25)
    return figure


def _face(figure, face, modes, highest):
    axis = figure.subplots()
    drawn = shaded(axis, sheet(face, "train", "nll"), highest)
    triangle(axis, *corners(face, face["subspace"].iloc[0]), modes)
    axis.set(aspect="equal", xlabel="distance", ylabel="distance", title="A face of the simplex")
    figure.colorbar(drawn, ax=axis, label="train nll [nats]", location="bottom", shrink=0.8, aspect=25)
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)


def _boundary(axis, lattice, title):
    """The probabilities in shades, and where they are 1/2 as a line."""
    drawn = axis.contourf(lattice.columns, lattice.index, lattice, LEVELS, cmap=CLASSES)
    if lattice.min(axis=None) < 0.5 < lattice.max(axis=None):
        axis.contour(lattice.columns, lattice.index, lattice, [0.5], colors="black", linewidths=1.0)
    axis.set(title=title, aspect="equal")
    axis.tick_params(labelsize=6)
    return drawn
