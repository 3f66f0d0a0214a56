"""Draxler et al. 2018 (arXiv 1803.00885), section 5: from a network to itself with two hidden units swapped, by spare units.

    swap: units i and j exchanged, the same function; with a spare unit k each moves in turn, i to k, j to i, k to j

Train loss from a network to itself with the two hidden units exchanged that it needs most, so that both ends are equally low,
thin for each network and thick for their mean; last, the highest loss of each path.

By the paper's argument two units cannot be swapped without a barrier if both are needed, as on exclusive or, and with a
third, spare unit there is a path of constant loss: that large networks have spare units is why their minima are connected.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import each, legend_of, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, by_label, pick, resampled


def draw(*, segments: Table("landscape"), bands: Table("landscape")) -> Figure:
    """Both of the same labels, a panel for each."""
    labels = list(by_label(segments))
    figure, (axes,) = panels(1, len(labels) + 1, height=2.4, sharey=True)
    for x, (axis, label) in enumerate(zip(axes, labels, strict=False)):
        for kind, table, colour in (("segment", segments, COLOURS["segment"]), ("band", bands, COLOURS["bezier"])):
            rows = pick(table, subspace=label, mark="grid", split="train", quantity="nll")
            each(axis, resampled(rows, "value"), colour, kind)
            highest, at = rows.groupby("run")["value"].max(), x - 0.12 if kind == "segment" else x + 0.12
            axes[-1].plot([at] * len(highest), highest, "o", color=colour, markersize=3.5, alpha=0.7)
            axes[-1].plot([at - 0.1, at + 0.1], [highest.mean()] * 2, color=colour, linewidth=1.8)
        axis.set(title=label, xlabel="share of the length", xlim=(0, 1))
    axes[0].set_ylabel("train nll [nats]")
    axes[-1].tick_params(labelleft=True)
    axes[-1].set(ylabel="highest train nll [nats]", xlim=(-0.5, len(labels) - 0.5))
    axes[0].set_ylim(0, None)
    axes[-1].set_xticks(range(len(labels)), labels)
    legend_of(figure, axes[:1], ncols=2, title=runs_of(segments, "network", "each"))
    return figure
