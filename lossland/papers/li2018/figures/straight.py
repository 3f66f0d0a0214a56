"""The line from the initialisation to the solution of a training (Goodfellow et al. 2015, arXiv 1412.6544).

    L(t) = nll((1-t) theta_0 + t theta*)

Train nll (left) and error (right) on the straight line from the initialisation (t = 0) to the solution (t = 1); lines are
means over runs, bands their range. Behind each name: by how much the nll rises again after it was lower, as a share of its
fall, 0 if it falls all the way.

In that paper the loss falls all the way, without obstacles; Lucas et al. 2021 (arXiv 2104.11044) find hills on this line where
rates are large, with Adam and with batch norm. Differs from both in: batch-norm statistics are recalibrated at each point.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import course, legend_below, looks, panels, runs_of
from lossland.statistics.tables import Table, by_label, pick, untrained, where


def draw(*, lines: Table("landscape"), shapes: Table("shape")) -> Figure:
    """`shapes` are of the same lines."""
    seen = [quantity for quantity in ("nll", "error") if quantity in set(lines["quantity"])]
    figure, (axes,) = panels(1, len(seen), height=2.4)
    names = {label: _named(label, pick(table, split="train")) for label, table in by_label(shapes).items()}
    paths = lines[lines["mark"] == "grid"].assign(subspace=lines["subspace"].map(names))
    own = looks(paths)
    for axis, quantity in zip(axes, seen, strict=True):
        course(axis, paths, "u0", own, "train", quantity)
        axis.set_xlabel("t (0: initialisation, 1: solution)")
    legend_below(figure, axes, title=runs_of(lines, "run"), ncols=2)
    return figure


def _named(label, shapes):
    nll, error = pick(shapes, quantity="nll"), where(shapes, quantity="error")
    climb = (nll["climb"] / (nll["start"] - nll["min"])).mean()
    return ", ".join(filter(None, [f"{label}, climb {climb:.2g}", untrained(error["end"].mean())]))
