"""Draxler et al. 2018 (arXiv 1803.00885), section 5: from a network to itself with two hidden units swapped, by spare units.

    swap: units i and j exchanged, the same function; with a spare unit k each moves in turn, i to k, j to i, k to j

Perceptrons on XOR, which need two hidden units. Each is joined with itself after the swap, so that both ends are equally low.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import each, legend_of, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, entries, only, resampled, rows_of, shares

CAPTION = """
Train loss from a network to itself with the two hidden units exchanged that it needs most, thin for each network and thick for
their mean; last, the highest loss of each path. By the paper's argument two units alone cannot be swapped without a barrier,
and with a third, spare unit there is a path of constant loss: that large networks have spare units is why their minima are
connected.
"""
SHARES = np.linspace(0, 1, 101)
KINDS = {"segment": COLOURS["segment"], "band": COLOURS["bezier"]}


def draw(*, paths: Table("landscape"), titles: list[list[str]]) -> Figure:
    """`titles` lists [segment, band, title] of each number of hidden units in the order drawn.

    Raises ValueError where a table has no rows of a path, or a subspace is no path.
    """
    chosen = entries("titles", titles, "segment", "band", "title")
    figure, (axes,) = panels(1, len(chosen) + 1, height=2.4, sharey=True)
    for x, (axis, (*names, title)) in enumerate(zip(axes[:-1], chosen, strict=True)):
        for shift, name, (kind, colour) in zip((-0.12, 0.12), names, KINDS.items(), strict=True):
            rows = only(rows_of(paths, name, "paths"), "paths", mark="grid", split="train", quantity="nll")
            lines = resampled(rows.assign(share=shares(rows, "paths")), "value", SHARES)
            each(axis, lines, colour, kind)
            highest = rows.groupby("run")["value"].max()
            axes[-1].plot([x + shift] * len(highest), highest, "o", color=colour, markersize=3.5, alpha=0.7)
            axes[-1].plot([x + shift - 0.1, x + shift + 0.1], [highest.mean()] * 2, color=colour, linewidth=1.8)
        axis.set(title=title, xlabel="share of the length", xlim=(0, 1))
    axes[0].set_ylabel("train nll [nats]")
    axes[-1].tick_params(labelleft=True)
    axes[-1].set(ylabel="highest train nll [nats]", xlim=(-0.5, len(chosen) - 0.5))
    axes[0].set_ylim(0, None)
    axes[-1].set_xticks(range(len(chosen)), [title for *_, title in chosen])
    legend_of(figure, axes[:1], ncols=2, title=runs_of(rows, "network", "each"))
    return figure
