"""Fort et al. 2019 (arXiv 1912.02757), figure 4: samples of subspaces stay where their training has gone, seen from above.

A t-SNE map of predictions: a line is one training, markers are networks that were sampled around its end, one colour for each
training and one marker for each kind of sample. The silhouette is the map's own, by training; beside it that of the
predictions themselves.

In the paper what is sampled around a training stays in its mode of predictions, and other initialisations go to others
(abstract).
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_of, tiles
from lossland.plotting.style import GREY, MARKERS, SERIES
from lossland.statistics.tables import Table, by_label, one_run


def draw(*, maps: Table("tsne"), kinds: list[str]) -> Figure:
    """A map for each label; `kinds` names what `within` numbers from 1, and 0 is the training.

    Raises ValueError if a map has more kinds than are named.
    """
    if (found := maps["within"].max()) > len(kinds):
        raise ValueError(f"kinds names {len(kinds)}, and a map has {found}; name all of them")
    figure, axes = tiles(maps["subspace"].nunique(), 3, height=3.0, least=4.4)  # as wide as its legend
    for axis, (label, table) in zip(axes, by_label(maps).items(), strict=True):
        table = one_run(table)
        for (run, within), points in table.groupby(["source", "within"]):
            colour = SERIES[run % len(SERIES)]
            if within:
                look = {"s": 12, "marker": MARKERS[(within - 1) % len(MARKERS)], "linewidths": 0.3, "edgecolors": "white"}
                axis.scatter(points["x"], points["y"], color=colour, alpha=0.6, **look)
            else:
                path, look = points.sort_values("epoch"), {"linewidth": 0.8, "markersize": 2.5, "zorder": 3}
                axis.plot(path["x"], path["y"], ".-", color=colour, label=f"run {run + 1}", **look)
        mean = table[["silhouette", "silhouette_predictions"]].mean()
        said = f"silhouette {mean['silhouette']:.2f}, of predictions {mean['silhouette_predictions']:.2f}"
        of = f"first coordinate of the map, {table['split'].iloc[0]} data"
        axis.set(title=f"{label}\n{said}", xticks=[], yticks=[], xlabel=of)
    for marker, kind in zip(MARKERS, kinds, strict=False):
        axes[0].plot([], [], marker, color=GREY, markersize=4, label=kind)
    axes[0].set_ylabel("second coordinate")
    legend_of(figure, axes, ncols=3 if len(axes) == 1 else 4)
    return figure
