"""Fort et al. 2019 (arXiv 1912.02757), figure 2: one training in weight space and in function space, and three from above.

    cosine(i, j) = <theta_i, theta_j> / (|theta_i| |theta_j|)        disagreement(i, j) = share of examples with other labels

theta_i is the network after epoch i. Right, t-SNE of the predictions along several trainings, from light to dark as they go on.
Differs from the released code in: its predictions are of 500 validation examples, ours of the split that was measured.
"""

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from lossland.options import Group, Split
from lossland.plotting.panels import panels, styled
from lossland.plotting.style import AXES, WHITE_TO_DARK
from lossland.statistics.tables import Table, entries, first_run, matrix, only, rows_of

CAPTION = """
Left and middle, each epoch of one training against each other: how far their weights point in one direction, and on how many
examples their labels differ. Right, a t-SNE map of the predictions along independent trainings, one colour each, light at the
beginning and dark at the end: by the paper's abstract each stays in a mode of its own. In a re-implementation (a CNN of
15,722 parameters, CIFAR-10) the first and the last of 40 epochs have a cosine of 0.62 and disagree on 59 % of the examples,
the last two on 7 %.
"""


def draw(
    *,
    cosine: Table("cosine"),
    disagreement: Table("disagreement"),
    maps: Table("tsne"),
    titles: list[list[str]],
    group: Group = "weights",
    split: Split = "test",
) -> Figure:
    """`titles` lists [subspace of one training, subspace of the map, title] in the order drawn, a row each; one run of each.

    Raises ValueError where a table lacks what an entry names, or the first subspace is not one training.
    """
    chosen = entries("titles", titles, "training", "map", "title")
    figure, axes = panels(len(chosen), 3, height=2.4, layout="compressed")
    for (training, together, title), (weights, functions, above) in zip(chosen, axes, strict=True):
        pairs = only(first_run(rows_of(cosine, training, "cosine")), "cosine", group=group)
        _heat(figure, weights, pairs, "cosine", 1)
        pairs = only(first_run(rows_of(disagreement, training, "disagreement")), "disagreement", split=split)
        _heat(figure, functions, pairs, "disagreement", 0)
        weights.set_title(f"{title}\ncosine of {group}")
        functions.set_title(f"{title}\ndisagreement, {split} data")
        silhouette = _trajectories(above, only(first_run(rows_of(maps, together, "maps")), "maps", split=split, within=0))
        above.set_title(f"{title}, t-SNE\nsilhouette {silhouette:.2f}, {split} data")
    return figure


def _heat(figure, axis, pairs, quantity, same):
    label, scale = AXES[quantity]
    epochs = pd.concat([pairs.set_index(end)[f"epoch_{end}"] for end in ("first", "second")]).groupby(level=0).first()
    if not epochs.is_monotonic_increasing or not epochs.is_unique:
        raise ValueError(
            f"{quantity} of {pairs['subspace'].iloc[0]} is not of one training at several epochs; name a network with snapshots"
        )
    values = scale * matrix(pairs, quantity, same)
    drawn = axis.pcolormesh(epochs, epochs, values, cmap=WHITE_TO_DARK, vmax=scale if same else None, rasterized=True)
    axis.set(xlabel="epoch", ylabel="epoch", aspect="equal")
    figure.colorbar(drawn, ax=axis, label=label, shrink=0.85)


def _trajectories(axis, table):
    """Draws them, and returns the silhouette of the map."""
    runs = table.sort_values("epoch").groupby("source")
    for colour, _, run, path in styled(runs):
        shades = LinearSegmentedColormap.from_list("", ["white", colour, "black"])
        axis.plot(path["x"], path["y"], color=colour, alpha=0.4, linewidth=0.7, label=f"run {run + 1}")
        shade = 0.25 + 0.5 * path["epoch"].rank(pct=True)
        axis.scatter(path["x"], path["y"], s=9, color=shades(shade), linewidths=0.3, edgecolors=colour)
    axis.set(xticks=[], yticks=[], xlabel="first coordinate", ylabel="second coordinate", box_aspect=1)
    axis.legend(loc="best", handlelength=1)
    return table["silhouette"].mean()
