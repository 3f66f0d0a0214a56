"""Li et al. 2018 (arXiv 1712.09913), figures 2, 10, 11 and 14: the line from a small to a large batch, and their weights.

    theta(t) = (1 - t) theta_small + t theta_large,     norm = |theta|

Left, loss and error on the line through a network trained with small batches (t = 0) and one trained with large ones (t = 1);
middle and right, how large their weights are. Lines are means over runs, bands their range, histograms of the first run; grey
is where the loss of a run is not finite, as it is where interpolated variances become negative.

In the paper (VGG-9 on CIFAR-10) the solution of small batches is the wider one without weight decay and the narrower one with
it, but the better one in both: the width on this line does not tell which generalises. Without decay the weights of small
batches grow larger, with it they become smaller, and a step of one length is another at another scale.

Differs from the paper in: red is the error, not the accuracy, the axis of the histograms is logarithmic, and their first and
last bins hold what lies outside.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_of, panels, runs_of, scores
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, by_label, noted, one_run, pick, untrained, where

HIGHEST = 5.0  # nats


def draw(*, lines: Table("landscape"), small: Table("weights"), large: Table("weights")) -> Figure:
    """A row for each label of `lines`; `small` and `large` hold the weights of its ends, under the same label.

    Raises ValueError if the bins of the ends differ.
    """
    rows = by_label(lines)
    figure, axes = panels(len(rows), 3, height=2.0)
    for (label, line), (path, norm, histogram) in zip(rows.items(), axes, strict=True):
        ends = {n: pick(table, subspace=label, kind="all") for n, table in (("small", small), ("large", large))}
        twin = scores(path, where(line, mark="grid"), "u0")
        top = min(HIGHEST, _top(pick(line, quantity="nll")["value"]) or HIGHEST)
        path.set(title=noted(label, *_untrained(line)), xlabel="t (0: small batch, 1: large batch)", ylim=(0, top))
        for size, table in ends.items():
            course = table.drop_duplicates(["run", "index"])
            band(norm, course.assign(value=course["norm"]), "epoch", f"{size} batch", COLOURS[size])
        top = _top(pd.concat(ends)["norm"])
        norm.set(title="Norm of all parameters", xlabel="epoch", ylabel=r"$|\theta|$", ylim=(0, top))
        _histograms(histogram, ends)
    legend_of(figure, (*axes[:, 0], twin, norm), ncols=7, title=runs_of(lines, "pair of networks"))
    return figure


def _untrained(line):
    """What is said of ends that are not trained."""
    rows = pick(line, split="train", mark="grid")
    for batch, end in (("small", 0), ("large", 1)):
        nearest = rows["u0"].iloc[(rows["u0"] - end).abs().argmin()]
        if error := untrained(where(rows, u0=nearest, quantity="error")["value"].mean()):
            yield f"{batch} batch: {error}"


def _top(values):
    """Where an axis ends that shows values; None if none is finite and above 0."""
    values = values[np.isfinite(values) & (values > 0)]
    return None if values.empty else 1.05 * values.max()


def _histograms(axis, ends):
    bins = {size: one_run(where(table, index=table["index"].max())).sort_values("low") for size, table in ends.items()}
    edges = {size: [*table["low"], *table["high"][-1:]] for size, table in bins.items()}
    if edges["small"] != edges["large"]:
        raise ValueError("the bins of small and large differ; measure the weights of both with one reach")
    for size, table in bins.items():
        axis.stairs(table["count"], edges[size], color=COLOURS[size], linewidth=1.0)
    axis.set(title="All parameters, last epoch", xlabel="value", ylabel="parameters", yscale="log")
