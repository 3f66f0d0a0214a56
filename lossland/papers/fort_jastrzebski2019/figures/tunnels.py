"""Fort & Jastrzebski 2019 (arXiv 1906.04724): how wide the tunnel around a trained network is, against how it was trained.

    width = distance along a random direction at which the train loss has risen by one level, the mean over directions

Over the norm of the network and as it is, against one hyperparameter of its training in each column, the others held; values
stand at equal distances. Lines are means over runs, bands their range; hollow are widths of which some direction did not reach
the level, so that they are lower bounds. Solid is the end of the trainings, at different train losses (below), and a wider
tunnel at a higher loss is not a tunnel; dashed are the same networks where they passed one loss.

By a summary of the paper, larger learning rates, smaller batches and stronger regularisation increase this distance; by its
abstract learning rate, network width and L2 regularisation act in similar ways. Numbers of the paper are not known to us.
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


def draw(*, widths: Table("tunnel_width"), equal: Table("tunnel_width"), values: dict[str, dict[Label, float]]) -> Figure:
    """`equal` are widths of the same networks at one train loss; `values` maps the hyperparameter of each column to the value
    of it that each label stands for."""
    figure, axes = panels(len(ROWS), len(values), height=1.7, sharex="col", sharey="row")
    for (name, at), column in zip(values.items(), axes.T, strict=True):
        order = sorted(at, key=at.get)
        for table, line in ((widths, {}), (equal, {"linestyle": "--", "alpha": 0.6})):
            runs = _by_run(pick(table, subspace=order), order)
            for axis, quantity in zip(column, ROWS, strict=True):
                _draw(axis, runs.assign(value=runs[quantity]), ROWS[quantity][1], quantity != "loss", **line)
        column[0].set_title(name)
        column[-1].set_xticks(range(len(order)), [f"{at[label]:g}" for label in order])
        column[-1].set(xlabel=name, xlim=(-0.3, len(order) - 0.7))
    for axis, (label, _) in zip(axes[:, 0], ROWS.values(), strict=True):
        axis.set(ylabel=label, ylim=(0, None))
    figure.suptitle(runs_of(widths, "run") + " of each training; dashed: at one train loss", fontsize=7)
    return figure


def _by_run(table, order):
    at = table.assign(at=table["subspace"].map(order.index)).groupby(["at", "run"])
    return at.agg(dict.fromkeys(ROWS, "mean") | {"open": "any"}).reset_index()


def _draw(axis, runs, colour, hollow, **line):
    band(axis, runs, "at", None, colour, **line)
    for at, part in runs.groupby("at"):
        face = "white" if hollow and part["open"].any() else colour
        axis.plot(at, part["value"].mean(), "o", color=colour, markersize=3.5, markerfacecolor=face, alpha=line.get("alpha"))
