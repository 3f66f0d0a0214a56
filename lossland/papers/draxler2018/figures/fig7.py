"""Draxler et al. 2018 (arXiv 1803.00885), figure 7: single coordinates along a path, and how far it leaves the segment.

    away(s) = distance to the segment / |theta_2 - theta_1|        ratio = length of the path / |theta_2 - theta_1|

Left, some of the parameters along one path, less their value on the straight segment at the same share s of the length;
middle, the distance of paths from the segment, thin for each pair of minima and thick for their mean; right, lengths of the
paths over those of the segments.

In the paper coordinates move smoothly, and paths are 1.5 to 2.5 times as long as the segments.
"""

from matplotlib.figure import Figure

from lossland.papers.published import numbers
from lossland.plotting.panels import each, legend_of, looks, panels
from lossland.plotting.style import GREY, SERIES
from lossland.statistics.tables import Table, beside, by_label, one_run, pick, resampled


def draw(*, coordinates: Table("coordinates"), saddles: Table("saddles")) -> Figure:
    """Of the first label up to eight coordinates are shown, of one run; `saddles` may have more labels."""
    chosen, own = by_label(coordinates), looks(coordinates)
    figure, ((single, away, ratio),) = panels(1, 3, height=2.5)
    first, table = next(iter(chosen.items()))
    _coordinates(single, one_run(table))
    for x, (label, table) in enumerate(chosen.items()):
        each(away, resampled(table.drop_duplicates(["run", "index"]), "away"), own[label]["color"], label)
        length = pick(saddles, subspace=label).drop_duplicates("run")
        values = (length["length"] / length["straight"]).to_numpy()
        ratio.plot(beside(x, len(values), 0.2), values, linestyle="", markersize=4, alpha=0.8, **own[label])
        ratio.plot([x - 0.3, x + 0.3], [values.mean()] * 2, color=own[label]["color"], linewidth=1.8)
    low, high = sorted(numbers("draxler2018", table="fig7")["value"])
    ratio.axhspan(low, high, color=GREY, alpha=0.25, linewidth=0, zorder=0, label="paper")
    single.set(title=first, ylabel="coordinate - segment", xlabel="share of the length", xlim=(0, 1))
    away.set(ylabel="distance from the segment\n/ its length", xlabel="share of the length", xlim=(0, 1), ylim=(0, None))
    ratio.set(ylabel="length / that of the segment", xlim=(-0.6, len(chosen) - 0.4), xticks=[])
    ratio.set_ylim(min(1, ratio.get_ylim()[0]), None)
    legend_of(figure, (away, ratio), ncols=4)
    return figure


def _coordinates(axis, table):
    bends = table.assign(bend=table["value"] - table["straight"]).pivot(index="share", columns="coordinate", values="bend")
    axis.axhline(0, color=GREY, linewidth=0.8)
    for i, name in enumerate(bends.columns[: len(SERIES)]):
        axis.plot(bends[name], color=SERIES[i], linewidth=1.0)
