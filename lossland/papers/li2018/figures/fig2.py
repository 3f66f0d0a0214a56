"""Li et al. 2018 (arXiv 1712.09913), figures 2, 10, 11 and 14: the line from a small to a large batch, and their weights.

    theta(t) = (1 - t) theta_small + t theta_large,     norm = |theta|

Lines are means over runs, bands their range; grey is where the loss of a run is not finite, as it is where interpolated
variances become negative. Histograms are those of the first run. Differs from the paper in: red is the error, not the
accuracy, the axis of the histograms is logarithmic, and their first and last bins hold what lies outside.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.plotting.panels import band, legend_of, panels, runs_of, scores
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, entries, first_run, rows_of, where

CAPTION = """
Left, loss and error on the line through a network trained with small batches (t = 0) and one trained with large ones
(t = 1). In the paper (VGG-9 on CIFAR-10) the solution of small batches is the wider one without weight decay and the
narrower one with it: the width on this line does not tell which generalises, small batches do in both cases. Middle and
right, why: without decay the weights of small batches grow larger, with it they become smaller, and a step of one length
is another at another scale.
"""


def draw(
    *,
    lines: Table("landscape"),
    weights: Table("weights"),
    rows: list[list[str]],
    highest: Positive = 5.0,
) -> Figure:
    """`rows` lists [title, subspace of `lines`, small, large: networks of `weights`] in the order drawn.

    The nll is cut off at `highest` nats. Raises ValueError where a table lacks what a row names, or the bins of the two
    networks of a row differ.
    """
    chosen = entries("rows", rows, "title", "line", "small", "large")
    figure, axes = panels(len(chosen), 3, height=2.0)
    everything = where(weights, kind="all")
    drawn = [rows_of(lines, name, "lines") for _, name, *_ in chosen]
    for (title, _, *networks), line, (path, norm, histogram) in zip(chosen, drawn, axes, strict=True):
        twin = _line(path, line, highest)
        path.set_title(title)
        tables = {size: rows_of(everything, n, "weights") for size, n in zip(("small", "large"), networks, strict=True)}
        for size, table in tables.items():
            course = table.drop_duplicates(["run", "index"])
            band(norm, course.assign(value=course["norm"]), "epoch", f"{size} batch", COLOURS[size])
        norm.set(
            title="Norm of all parameters", xlabel="epoch", ylabel=r"$|\theta|$", ylim=(0, _top([*tables.values()], "norm"))
        )
        _histograms(histogram, tables, networks)
    legend_of(figure, (*axes[:, 0], twin, norm), ncols=7, title=_pairs(drawn))
    return figure


def _line(axis, line, highest):
    twin = scores(axis, where(line, mark="grid"), "u0")
    top = _top([where(line, quantity="nll")], "value") or highest
    axis.set(xlabel="t (0: small batch, 1: large batch)", ylim=(0, min(highest, top)))
    return twin


def _top(tables, column):
    """Where an axis ends that shows a column of all tables; None where nothing in it is finite and above 0."""
    values = pd.concat([table[column] for table in tables])
    values = values[np.isfinite(values) & (values > 0)]
    return None if values.empty else 1.05 * values.max()


def _pairs(drawn):
    said = {runs_of(line, "pair") + " of networks" for line in drawn}
    return said.pop() if len(said) == 1 else "mean and range of runs"


def _histograms(axis, tables, networks):
    bins = {size: first_run(where(table, index=table["index"].max())).sort_values("low") for size, table in tables.items()}
    edges = {size: [*table["low"], *table["high"][-1:]] for size, table in bins.items()}
    if edges["small"] != edges["large"]:
        raise ValueError(f"the bins of {' and '.join(networks)} differ; measure the weights of both with one reach")
    for size, table in bins.items():
        axis.stairs(table["count"], edges[size], color=COLOURS[size], linewidth=1.0)
    axis.set(title="All parameters, last epoch", xlabel="value", ylabel="parameters", yscale="log")
