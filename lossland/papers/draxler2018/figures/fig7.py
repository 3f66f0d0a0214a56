"""Draxler et al. 2018 (arXiv 1803.00885), figure 7: single coordinates along a path, and how far it leaves the segment.

    bend = value(s) - value of the segment at s        away(s) = distance to the segment / |theta_2 - theta_1|
    ratio = length of the path / |theta_2 - theta_1|

s is the share of the length.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.plotting.panels import each, legend_of, panels, styled
from lossland.plotting.style import GREY
from lossland.statistics.tables import Table, beside, first_run, parts, resampled

CAPTION = """
Left, some of the parameters along one path, less their value on the straight segment at the same share of the length; middle,
the distance of paths from the segment, thin for each pair of minima and thick for their mean; right, lengths of the paths
over those of the segments. In the paper coordinates move smoothly and paths are 1.5 to 2.5 times as long as the segments.
"""

SHARES = np.linspace(0, 1, 101)


def draw(
    *,
    coordinates: Table("coordinates"),
    saddles: Table("saddles"),
    titles: list[list[str]],
    number: Count = 8,
) -> Figure:
    """`titles` lists [band, title] in the order drawn, of the first of which up to `number` coordinates are shown, of one run.

    Raises ValueError where a table has no rows of a band.
    """
    chosen = styled(parts(coordinates, titles, "coordinates"))
    lengths = [table.drop_duplicates("run") for _, table in parts(saddles, titles, "saddles")]
    figure, ((single, away, ratio),) = panels(1, 3, height=2.5)
    _coordinates(single, first_run(chosen[0][3]), number)
    for x, ((colour, marker, title, table), length) in enumerate(zip(chosen, lengths, strict=True)):
        each(away, resampled(table.drop_duplicates(["run", "index"]), "away", SHARES), colour, title)
        values = (length["length"] / length["straight"]).to_numpy()
        ratio.plot(beside(x, len(values), 0.2), values, marker, color=colour, markersize=4, alpha=0.8)
        ratio.plot([x - 0.3, x + 0.3], [values.mean()] * 2, color=colour, linewidth=1.8)
    _printed(ratio)
    single.set(title=chosen[0][2], ylabel="coordinate - segment", xlabel="share of the length", xlim=(0, 1))
    away.set(ylabel="distance from the segment\n/ its length", xlabel="share of the length", xlim=(0, 1), ylim=(0, None))
    ratio.set(ylabel="length / that of the segment", xlim=(-0.6, len(chosen) - 0.4), xticks=[])
    ratio.set_ylim(min(1, ratio.get_ylim()[0]), None)
    legend_of(figure, (away, ratio), ncols=4)
    return figure


def _coordinates(axis, table, number):
    bends = table.assign(bend=table["value"] - table["straight"]).pivot(index="share", columns="coordinate", values="bend")
    axis.axhline(0, color=GREY, linewidth=0.8)
    for (colour, _, name), dashes in zip(styled([c] for c in bends.columns[:number]), ["-"] * 8 + ["--"] * 8, strict=False):
        axis.plot(bends[name], color=colour, linestyle=dashes, linewidth=1.0)


def _printed(axis):
    """The range of the paper, where it is known."""
    printed = numbers("draxler2018", table="fig7").dropna(subset="value").sort_values("value")["value"]
    if len(printed) == 2:
        axis.axhspan(*printed, color=GREY, alpha=0.25, linewidth=0, zorder=0, label="paper")
