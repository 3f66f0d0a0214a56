"""Garipov et al. 2018 (arXiv 1802.10026), figure 8: train loss and test error along the chain through the networks of FGE.

The networks that one run of FGE keeps (dots), joined by straight pieces. Lines are means over runs, bands their range; the
loss includes the decay term.

In the paper (Preactivation-ResNet-164 on CIFAR-100, six networks) neighbours are not separated by a ridge: train loss and test
error are lower between the networks than at them, by about 0.02 nats and 1 %.
"""

from matplotlib.figure import Figure

from lossland.papers.published import curves
from lossland.plotting.panels import behind, course, panels, runs_of
from lossland.plotting.style import AXES, COLOURS
from lossland.statistics.tables import Table, by_label, noted, pick, untrained

LOOK = {"color": COLOURS["fge"]}


def draw(*, chain: Table("landscape"), digitised: bool = False) -> Figure:
    """`chain` is of method chain, which marks its networks; `digitised` draws the paper's curves behind."""
    number = 1 + chain["u0"] * pick(chain, mark="network")["index"].max()
    figure, (axes,) = panels(1, 2, height=2.4)
    for axis, split, quantity in zip(axes, ("train", "test"), ("loss", "error"), strict=True):
        rows = pick(chain.assign(network=number), split=split, quantity=quantity)
        course(axis, pick(rows, mark="grid"), "network", dict.fromkeys(by_label(chain), LOOK), split, quantity, None)
        networks = pick(rows, mark="network").groupby("network")["value"].mean() * AXES[quantity][1]
        axis.plot(networks, "o", color=LOOK["color"], markeredgecolor="white", markersize=5)
        axis.set(xlabel="network of the run", xticks=networks.index)
        if digitised:
            printed = curves("garipov2018", f"fig8_{split}_{quantity}")
            behind(axis, printed.assign(x=1 + printed["x"]), LOOK["color"])
    error = pick(chain, mark="network", split="train", quantity="error")["value"].max()
    figure.supxlabel(noted(runs_of(chain, "run"), untrained(error)), fontsize=7)
    return figure
