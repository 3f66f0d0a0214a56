"""Barriers of single layers and of groups of them between two networks (Adilova et al. 2024, arXiv 2307.06966, figure 1).

    theta(t) = theta_1 + t m * (theta_2 - theta_1),    m = 1 in the layers that are exchanged
    barrier  = L(1/2) - (L(theta_1) + L(theta_2)) / 2

Left: the train nll while one layer alone goes from that of the first network to that of the second, and while all do. Right,
solid: what averaging costs, the barrier above the two whole networks, of each layer alone, with all before it, and with all
after it; dashed, the highest point above the line between the ends of the path itself. Lines are means over pairs of networks,
bands their range.

In the paper (ResNet-18, CIFAR-10) no single layer has a barrier, from the start of the training to its end, while the whole
networks have one of 2.3 nats. Some of its barriers are below 0, so they are of the average, not the highest of a path, which
may also end higher than it began.
"""

from matplotlib.figure import Figure

from lossland.options import Label
from lossland.plotting.panels import band, legend_below, lines, looks, panels, runs_of
from lossland.plotting.style import AXES, SERIES
from lossland.statistics.barrier import of_parts
from lossland.statistics.tables import Table, pick

GROUPS = ("alone", "with all before it", "with all after it")


def draw(
    *, paths: Table("landscape"), whole: Table("landscape"), alone: list[Label], below: list[Label], above: list[Label]
) -> Figure:
    """Labels of the paths of single layers, of all up to each, and of all from each on, from the input on."""
    figure, (axes,) = panels(1, 2, height=2.4)
    paths, whole = (pick(table, mark="grid", split="train", quantity="nll") for table in (paths, whole))
    single = pick(paths, subspace=alone)
    own = looks(single) | {label: {"color": "black", "marker": ""} for label in whole["subspace"]}
    lines(axes[0], single, "u0", own)
    lines(axes[0], whole, "u0", own, linewidth=1)
    axes[0].set(xlabel="t", ylabel=f"train {AXES['nll'][0]}", yscale="log")
    barriers = of_parts(paths, whole)
    for group, labels, colour in zip(GROUPS, (alone, below, above), (*SERIES[4:6], SERIES[7]), strict=True):
        first = len(alone) - len(labels) if group == GROUPS[2] else 0
        rows = pick(barriers, subspace=labels)
        rows = rows.assign(layer=rows["subspace"].map(labels.index) + first)
        for column, look in (("averaged", {}), ("own", {"linestyle": "--", "linewidth": 0.8})):
            band(axes[1], rows.assign(value=rows[column]), "layer", group if column == "averaged" else None, colour, **look)
    axes[1].set_xticks(range(len(alone)), alone, rotation=30)
    axes[1].set(ylabel="barrier [nats]")
    legend_below(figure, axes, title=runs_of(whole, "pair of networks"))
    return figure
