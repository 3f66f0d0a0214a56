"""The layers of a network along paths: how alike they stay to those of the first end, and what is left of their variance.

Left, linear CKA with the first end (Kornblith et al. 2019, arXiv 1905.00414), 1 if the outputs are those of the end turned,
moved or scaled. Next, the variance of the outputs over that of the ends, interpolated: where it falls, units of the two
networks that have nothing in common cancel, by a half at the middle in a first layer. Last, if it was measured, the nll, and
dashed the same at a temperature that is fitted at each point: what is left of a barrier if only confidence was lost. A row for
each path, a line for each layer, means over runs, bands their range.

In Jordan et al. 2022 (arXiv 2211.08403) this collapse of variance explains the barrier between matched networks, and REPAIR,
which gives each unit its variance back, removes most of it. With a temperature wide networks may have no barrier even
unmatched (arXiv 2510.08023).
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_below, lines, looks, panels, runs_of
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, by_label, pick


def draw(*, layers: Table("cka"), tempered: Table("path_ensemble") | None = None) -> Figure:
    """Labels of both tables are the same."""
    paths = by_label(layers)
    figure, axes = panels(len(paths), 2 if tempered is None else 3, sharex=True, sharey="col")
    for row, (label, part) in zip(axes, paths.items(), strict=True):
        part = part.sort_values("depth", kind="stable").assign(subspace=part["layer"])
        share = part["u0"].where(part["reference"] == 1, 1 - part["u0"]) / part["variance"]
        left = 1 / share.groupby([part[name] for name in ("subspace", "run", "u0")], sort=False).sum()
        own = looks(part)
        lines(row[0], pick(part, reference=0), "u0", own, y="cka")
        lines(row[1], left.rename("variance").reset_index(), "u0", own, y="variance")
        row[0].set(title=label, ylabel="CKA with the first end")
        row[1].set(title=label, ylabel="variance / at the ends", ylim=(0, None))
        if tempered is not None:
            for member, style in (("alone", "-"), ("scaled", "--")):
                rows = pick(tempered, subspace=label, member=member, quantity="nll")
                band(row[2], rows, "u0", None, "black", linestyle=style)
            row[2].set(title=label, ylabel=f"{rows['split'].iloc[0]} {AXES['nll'][0]}", ylim=(0, None))
    for axis in axes[-1]:
        axis.set_xlabel("t")
    legend_below(figure, axes.flat, title=f"layer; {runs_of(layers, 'pair of networks')}")
    return figure
