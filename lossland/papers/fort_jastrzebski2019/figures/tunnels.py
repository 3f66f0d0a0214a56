"""Fort & Jastrzebski 2019 (arXiv 1906.04724): how wide the tunnel around a trained network is, against how it was trained.

    width = distance along a random direction at which the train loss has risen by one level, the mean over directions

Over the norm of the network and as it is, against one hyperparameter of its training in each column, the others held; values
stand at equal distances. Lines are means over runs, bands their range; hollow are widths of which some direction did not reach
the level, so that they are lower bounds. Nothing is matched: widths of networks of different train loss are compared, and that
loss is below; a wider tunnel at a higher loss is no tunnel.

By a summary of the paper, larger learning rates, smaller batches and stronger regularisation increase this distance; by its
abstract they act in similar ways. Numbers of the paper are not known to us.
"""

from matplotlib.figure import Figure

from lossland.options import Label
from lossland.plotting.panels import band, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, pick

ROWS = {
    "share": (r"width / $|\theta|$", COLOURS["nll"]),
    "distance": ("width", COLOURS["polychain"]),
    "loss": ("train loss [nats]", COLOURS["single"]),
}


def draw(*, widths: Table("tunnel_width"), values: dict[str, dict[Label, float]]) -> Figure:
    """`values` maps the hyperparameter of each column to the value of it that each label stands for."""
    figure, axes = panels(len(ROWS), len(values), height=1.7, sharex="col", sharey="row")
    for (name, at), column in zip(values.items(), axes.T, strict=True):
        order = sorted(at, key=at.get)
        table = pick(widths, subspace=order)
        runs = (
            table.assign(at=table["subspace"].map(order.index))
            .groupby(["at", "run"])
            .agg(dict.fromkeys(ROWS, "mean") | {"open": "any"})
            .reset_index()
        )
        for axis, quantity in zip(column, ROWS, strict=True):
            _draw(axis, runs.assign(value=runs[quantity]), ROWS[quantity][1], hollow=quantity != "loss")
        column[0].set_title(name)
        column[-1].set_xticks(range(len(order)), [f"{at[label]:g}" for label in order])
        column[-1].set(xlabel=name, xlim=(-0.3, len(order) - 0.7))
    for axis, (label, _) in zip(axes[:, 0], ROWS.values(), strict=True):
        axis.set(ylabel=label, ylim=(0, None))
    figure.suptitle(runs_of(widths, "run") + " of each training", fontsize=7)
    return figure


def _draw(axis, runs, colour, hollow):
    band(axis, runs, "at", None, colour)
    for at, part in runs.groupby("at"):
        face = "white" if hollow and part["open"].any() else colour
        axis.plot(at, part["value"].mean(), "o", color=colour, markersize=3.5, markerfacecolor=face)
