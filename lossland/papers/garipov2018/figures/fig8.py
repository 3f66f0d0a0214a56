"""Garipov et al. 2018 (arXiv 1802.10026), figure 8: train loss and test error along the chain through the networks of FGE.

Between two networks of one run lies a straight piece; the networks are marked. Lines are means over runs, bands their range.
The published curves (Preactivation-ResNet-164, CIFAR-100, six networks) can be drawn behind.
"""

from matplotlib.figure import Figure

from lossland.papers.published import curves
from lossland.plotting.panels import band, behind, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table

CAPTION = """
The networks that one run of FGE keeps (dots), joined by straight pieces. Neighbours are not separated by a ridge: in the
paper (Preactivation-ResNet-164 on CIFAR-100) train loss and test error are lower between the networks than at them, by
about 0.02 nats and 1 %.
"""


def draw(*, chain: Table("landscape"), digitised: bool = False) -> Figure:
    """`chain` is the landscape of a chain; `digitised` draws the paper's curves behind. The loss includes the decay term.

    Raises ValueError where the table marks no networks.
    """
    table = chain.set_index(["mark", "split", "quantity"]).sort_index()
    if "network" not in table.index.unique("mark"):
        raise ValueError("garipov2018_fig8 draws the landscape of a chain, and this one marks no networks; use method chain")
    table = table.assign(network=1 + table["u0"] * table.loc["network", "index"].max())
    figure, (axes,) = panels(1, 2, height=2.4)
    rows = (("train", "loss", "nats", 1), ("test", "error", "%", 100))
    for axis, (split, quantity, unit, scale) in zip(axes, rows, strict=True):
        label = f"{split} {quantity}"
        band(axis, table.loc[("grid", split, quantity)], "network", label, COLOURS["fge"], scale=scale)
        networks = table.loc[("network", split, quantity)].groupby("network")["value"].mean() * scale
        axis.plot(networks, "o", color=COLOURS["fge"], markeredgecolor="white", markersize=5)
        axis.set(title=label.capitalize(), xlabel="network of the run", ylabel=f"{label} [{unit}]", xticks=networks.index)
        if digitised:
            printed = curves("garipov2018", f"fig8_{split}_{quantity}")
            behind(axis, printed.assign(x=1 + printed["x"]), COLOURS["fge"])
    figure.supxlabel(runs_of(chain, "run"), fontsize=7)
    return figure
