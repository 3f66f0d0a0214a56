"""The layers of a network along paths: how alike they stay to those of the first end, and what is left of their variance.

Left, linear CKA with the first end (Kornblith et al. 2019, arXiv 1905.00414), 1 if the outputs are those of the end turned,
moved or scaled. Right, the variance of the outputs, the mean of the ratios to both ends: where it falls, units of the two
networks that have nothing in common cancel, by a half at the middle in a first layer. A row for each path, a line for each
layer, means over runs, bands their range.

In Jordan et al. 2022 (arXiv 2211.08403) this collapse of variance explains the barrier between matched networks, and REPAIR,
which gives each unit its variance back, removes most of it.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_below, lines, looks, panels, runs_of
from lossland.statistics.tables import Table, by_label, pick


def draw(*, layers: Table("cka")) -> Figure:
    paths = by_label(layers)
    figure, axes = panels(len(paths), 2, sharex=True, sharey="col")
    for row, (label, part) in zip(axes, paths.items(), strict=True):
        part = part.sort_values("depth", kind="stable").assign(subspace=part["layer"])
        mean = part.groupby(["subspace", "run", "u0"], sort=False, as_index=False)["variance"].mean()
        own = looks(part)
        lines(row[0], pick(part, reference=0), "u0", own, y="cka")
        lines(row[1], mean, "u0", own, y="variance")
        row[0].set(title=label, ylabel="CKA with the first end")
        row[1].set(title=label, ylabel="variance / at the ends", ylim=(0, None))
    for axis in axes[-1]:
        axis.set_xlabel("t")
    legend_below(figure, axes.flat, title=f"layer; {runs_of(layers, 'pair of networks')}")
    return figure
