"""Li et al. 2018 (arXiv 1712.09913), figures 2, 10, 11 and 14: the line from a small to a large batch, and their weights.

    theta(t) = (1 - t) theta_small + t theta_large,     norm = |theta|

Lines are means over runs, bands their range; grey is where the loss of a run is not finite, as it is where interpolated
variances become negative. Histograms are those of the first run. Differs from the paper in: red is the
error, not the accuracy, and heights of histograms are densities on a logarithmic axis, not counts, for the bins of two
networks differ.
"""

from typing import Annotated

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import Positive
from lossland.style import COLOURS, band, first_run, legend_of, panels, parts_of, rows_of, runs_of, scores

CAPTION = """
Left, loss and error on the line through a network trained with small batches (t = 0) and one trained with large ones
(t = 1). In the paper (VGG-9 on CIFAR-10) the solution of small batches is the wider one without weight decay and the
narrower one with it: the width on this line does not tell which generalises, small batches do in both cases. Middle and
right, why: without decay the weights of small batches grow larger, with it they become smaller, and a step of one length
is another at another scale.
"""


def draw(
    *,
    lines: Annotated[pd.DataFrame, "landscape"],
    weights: Annotated[pd.DataFrame, "weights"],
    rows: dict,
    highest: Positive = 5.0,
) -> Figure:
    """`rows` maps the name of each row to {line: a subspace of `lines`, small: a network of `weights`, large: another}.

    Rows are in the order of the lines, and the nll is cut off at `highest` nats. Raises ValueError where a row lacks one of
    them, or a table its stanza.
    """
    figure, axes = panels(len(rows), 3, height=2.0)
    everywhere = weights[weights["kind"] == "all"]
    for name, row in rows.items():
        if not isinstance(row, dict) or set(row) != {"line", "small", "large"}:
            raise ValueError(f"li2018_fig2.rows.{name} is {row}; it must name line, small and large")
    titles = {row["line"]: (name, row) for name, row in rows.items()}
    for (_, (name, row), line), (path, norm, histogram) in zip(parts_of(lines, titles, "lines"), axes, strict=True):
        twin = scores(path, line[line["mark"] == "grid"], "u0")
        path.set(title=name, xlabel="t (0: small batch, 1: large batch)")
        top = line.loc[line["quantity"] == "nll", "value"].replace(np.inf, np.nan).max()
        path.set_ylim(0, min(highest, 1.05 * top) or highest)
        for size in ("small", "large"):
            table = rows_of(everywhere, row[size], "weights")
            course = table.drop_duplicates(["run", "index"]).assign(value=lambda points: points["norm"])
            band(norm, course, "epoch", f"{size} batch", COLOURS[size])
            _histogram(histogram, first_run(table), COLOURS[size])
        norm.set(title="Norm of all parameters", xlabel="epoch", ylabel=r"$|\theta|$", ylim=(0, None))
        histogram.set(title="All parameters, last epoch", xlabel="value", ylabel="density", yscale="log")
    legend_of(figure, (*axes[:, 0], twin, norm), ncols=7, title=runs_of(line, "pair") + " of networks")
    return figure


def _histogram(axis, table, colour):
    last = table[table["index"] == table["index"].max()].sort_values("low")
    density = last["count"] / (last["count"].sum() * (last["high"] - last["low"]))
    axis.stairs(density, [*last["low"], last["high"].iloc[-1]], color=colour, linewidth=1.0)
