"""Li et al. 2018 (arXiv 1712.09913), figure 16: the nll along many random directions through one network.

    half-width(d) = half the length of the basin { u: nll(theta* + u d) <= nll(theta*) + rise } around u = 0

Each panel is a network; a thin line is the train nll along one random direction through it, the thick line and the band are
their mean and range. Above, the half-width at a rise of one nat, with the standard deviation over directions; a basin that
reaches the edge of its line gives a lower bound.

In the paper ten directions through VGG-9 give curves of nearly one shape.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import band, tiles
from lossland.plotting.style import COLOURS, SHADES
from lossland.statistics.tables import Table, by_label, pick, with_error


def draw(*, lines: Table("landscape"), basins: Table("basin")) -> Figure:
    """The runs of both are directions; `basins` are of the same lines."""
    networks = by_label(pick(lines, mark="grid", split="train", quantity="nll"))
    figure, axes = tiles(len(networks), 4, sharex=True, sharey=True)
    for axis, (label, rows) in zip(axes, networks.items(), strict=True):
        for _, run in rows.groupby("run"):
            axis.plot(run["u0"], run["value"], color=SHADES[-1], alpha=0.6, linewidth=0.4)
        band(axis, rows, "u0", "mean and range", COLOURS["segment"])
        widths = pick(basins, subspace=label, split="train", quantity="nll", centre=0.0)
        axis.set(title=f"{with_error(label, pick(lines, subspace=label))}\nhalf-width {_in_words(widths)}", ylim=(0, 5))
    figure.supxlabel("step along the direction, u")
    figure.supylabel("train nll [nats]")
    return figure


def _in_words(rows):
    widths = rows["half_width"]
    said = "at least " * bool(rows["open"].any()) + f"{widths.mean():.2g}"
    return said + (f" ± {widths.std():.1g} (n = {len(widths)})" if len(widths) > 1 else "")
