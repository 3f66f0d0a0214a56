"""Fort et al. 2019 (arXiv 1912.02757), figure 2: one training in weight space and in function space, and several from above.

Left and middle, each epoch of one training against each other: how far their weights point in one direction, and on how many
examples their labels differ.

    cosine(i, j) = <theta_i, theta_j> / (|theta_i| |theta_j|)        disagreement(i, j) = share of examples with other labels

Right, a t-SNE map of the predictions along independent trainings, one colour each, light at the beginning and dark at the end.

In the paper each training stays in a mode of its own (abstract). In a re-implementation (a CNN of 15,722 parameters, CIFAR-10)
the first and the last of 40 epochs have a cosine of 0.62 and disagree on 59 % of the examples, the last two on 7 %.

Differs from the released code in: its disagreements are of 500 validation examples, ours of the split that was measured.
"""

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from lossland.options import Group, Split
from lossland.plotting.panels import panels, warn
from lossland.plotting.style import AXES, SERIES, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, matrix, one_run, pick


def draw(
    *,
    cosine: Table("cosine"),
    disagreement: Table("disagreement"),
    maps: Table("tsne"),
    trained: Table("landscape"),
    group: Group = "weights",
    split: Split = "test",
) -> Figure:
    """A row for each label. Raises ValueError if it is not of one training at several epochs."""
    trainings = by_label(cosine)
    figure, axes = panels(len(trainings), 3, height=2.4, layout="compressed")
    for (label, pairs), (weights, functions, above) in zip(trainings.items(), axes, strict=True):
        _heat(figure, weights, pick(one_run(pairs), group=group), "cosine", 1)
        _heat(figure, functions, pick(one_run(pick(disagreement, subspace=label)), split=split), "disagreement", 0)
        weights.set_title(f"{label}\ncosine of {group}")
        functions.set_title(f"{label}\ndisagreement, {split} data")
        paths = pick(one_run(pick(maps, subspace=label)), within=0)
        _trajectories(above, paths)
        silhouette = paths["silhouette"].mean()
        above.set_title(f"{label}, t-SNE\nsilhouette {silhouette:.2f}, {paths['split'].iloc[0]} data")
    warn(figure, trained)
    return figure


def _heat(figure, axis, pairs, quantity, same):
    name, scale = AXES[quantity]
    epochs = pd.concat([pairs.set_index(end)[f"epoch_{end}"] for end in ("first", "second")]).groupby(level=0).first()
    if not epochs.is_monotonic_increasing or not epochs.is_unique:
        raise ValueError(f"{quantity} of {pairs['subspace'].iloc[0]} is not of one training; name a network with snapshots")
    values = scale * matrix(pairs, quantity, same)
    drawn = axis.pcolormesh(epochs, epochs, values, cmap=WHITE_TO_DARK, vmax=scale if same else None, rasterized=True)
    axis.set(xlabel="epoch", ylabel="epoch", aspect="equal")
    figure.colorbar(drawn, ax=axis, label=name, shrink=0.85)


def _trajectories(axis, table):
    for run, path in table.sort_values("epoch").groupby("source"):
        colour = SERIES[run % len(SERIES)]
        shades = LinearSegmentedColormap.from_list("", ["white", colour, "black"])
        axis.plot(path["x"], path["y"], color=colour, alpha=0.4, linewidth=0.7, label=f"run {run + 1}")
        shade = 0.25 + 0.5 * path["epoch"].rank(pct=True)
        axis.scatter(path["x"], path["y"], s=9, color=shades(shade), linewidths=0.3, edgecolors=colour)
    axis.set(xticks=[], yticks=[], xlabel="first coordinate", ylabel="second coordinate", box_aspect=1)
    axis.legend(loc="best", handlelength=1)
