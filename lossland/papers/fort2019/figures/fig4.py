"""Fort et al. 2019 (arXiv 1912.02757), figure 4: samples of subspaces stay where their training has gone, seen from above.

t-SNE of the predictions along independent trainings and of networks sampled around the end of each. The silhouette is the
map's own, by training; beside it that of the predictions themselves.
"""

from matplotlib.figure import Figure

from lossland.options import Count, Split
from lossland.plotting.panels import legend_of, styled, tiles
from lossland.plotting.style import GREY, MARKERS, SERIES
from lossland.statistics.tables import Table, first_run, only, parts

CAPTION = """
A t-SNE map of predictions: a line is one training, markers are networks that were sampled around its end, one colour for
each training and one marker for each kind of sample. By the paper's abstract what is sampled around a training stays in its
mode of predictions, and other initialisations go to others: sampling around one solution does not reach them.
"""


def draw(
    *,
    maps: Table("tsne"),
    titles: list[list[str]],
    kinds: list[str],
    split: Split = "test",
    columns: Count = 3,
) -> Figure:
    """`titles` lists [subspace, title] of each map in the order drawn, one run of it; `kinds` names what `within` numbers.

    Kind 0 is the training, drawn as a line. Raises ValueError where a map or its split is missing, or has more kinds than are
    named.
    """
    chosen = parts(maps, titles, "maps")
    figure, axes = tiles(len(chosen), columns, height=3.0)
    figure.set_figwidth(max(4.4, figure.get_figwidth()))  # as wide as its legend
    for axis, (title, part) in zip(axes, chosen, strict=True):
        table = only(first_run(part), "maps", split=split)
        if table["within"].max() >= len(kinds):
            raise ValueError(
                f"kinds names {len(kinds)}, and the map of {title} has {table['within'].max() + 1}; name all of them"
            )
        for (run, within), points in table.groupby(["source", "within"]):
            colour = SERIES[run % len(SERIES)]
            if within:
                look = {"s": 12, "marker": MARKERS[(within - 1) % len(MARKERS)], "linewidths": 0.3, "edgecolors": "white"}
                axis.scatter(points["x"], points["y"], color=colour, alpha=0.6, **look)
            else:
                path = points.sort_values("epoch")
                axis.plot(
                    path["x"], path["y"], ".-", color=colour, linewidth=0.8, markersize=2.5, zorder=3, label=f"run {run + 1}"
                )
        mean = table[["silhouette", "silhouette_predictions"]].mean()
        said = f"silhouette {mean['silhouette']:.2f}, of predictions {mean['silhouette_predictions']:.2f}"
        axis.set(title=f"{title}\n{said}", xticks=[], yticks=[], xlabel=f"first coordinate of the map, {split} data")
    for _, marker, kind in styled([kind] for kind in kinds[1:]):
        axes[0].plot([], [], marker, color=GREY, markersize=4, label=kind)
    axes[0].set_ylabel("second coordinate")
    legend_of(figure, axes, ncols=3 if len(axes) == 1 else 4)
    return figure
