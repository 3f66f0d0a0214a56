"""Fort et al. 2019 (arXiv 1912.02757), figures 6 and S1: planes through the origin and two optima, and a cone over a path.

Parameter space around two trained networks (dots) and the origin (cross); white is low, or accurate, interpolated by monotone
cubics; grey lies outside the cut or is not finite. Beside the accuracy stands how much the labels differ from those of each of
the two, in percent or in units of the error:

    d(theta, theta_i) / (1 - a(theta)),  0 if the labels are alike

A cone is the triangles (origin, w_k, w_k+1) of a low-loss path side by side, each as it is in parameter space. Axes are
distances.

In the paper paths of low loss lead from one optimum to the other, but the functions along them are not the same (abstract of
its first version); its similarity and its cone are remembered, not confirmed.
"""

from typing import Literal

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lossland.options import Split
from lossland.plotting.panels import panels
from lossland.plotting.planes import finer
from lossland.plotting.style import AXES, COLOURS, GREY, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, derived, one_run, pick, rectangle

MARK = COLOURS["bezier"]
AGAINST = {"disagreement": "difference from optimum", "diversity": "difference from optimum", "cosine": "cosine to optimum"}


def draw(
    *,
    cuts: Table("similarity"),
    quantities: list[
        Literal[
            "accuracy", "error", "nll", "disagreement 0", "disagreement 1", "diversity 0", "diversity 1", "cosine 0", "cosine 1"
        ]
    ] = ("accuracy", "diversity 0", "diversity 1"),
    split: Split = "test",
) -> Figure:
    """A row for each label. The number of a quantity is that of the optimum it is measured against, `diversity` is
    disagreement / error. The nll is cut off at 5 nats. Raises ValueError if a label is of no surface."""
    chosen = by_label(derived(pick(cuts, split=split)))
    figure, axes = panels(len(chosen), len(quantities), height=2.4, width=2.9, layout="compressed")
    for line, (label, table) in zip(axes, chosen.items(), strict=True):
        table = one_run(table)
        for axis, quantity in zip(line, quantities, strict=True):
            name, _, reference = quantity.partition(" ")
            points = pick(table, reference=int(reference or 0))
            words, scale = AXES[name]
            values = scale * table[name].clip(upper=5.0 if name == "nll" else None)  # against both, who share their colours
            drawn = _shades(axis, points.assign(shown=values), label, _ends(values), name in ("accuracy", "cosine"))
            figure.colorbar(drawn, ax=axis, label=words, shrink=0.8, ticks=MaxNLocator(5))
            _marks(axis, table)
            said = f"{AGAINST[name]} {int(reference) + 1}" if reference else f"{split} {name}"
            axis.set_title(f"{label}\n{said}")
        line[0].set_ylabel("distance")
    for axis in axes[-1]:
        axis.set_xlabel("distance")
    return figure


def _shades(axis, points, label, ends, good):
    """Contours over the lattice of coordinates, which lies curved in the plane that is drawn; white is high if it is `good`."""
    lattice = [rectangle(points, column, f"the similarity of {label}") for column in ("x", "y", "shown")]
    whole = np.isfinite(lattice[2]).all(axis=None)
    x, y, values = map(finer, lattice) if whole else lattice
    axis.set(facecolor=GREY, aspect="equal")
    shades = {"levels": MaxNLocator(12).tick_values(*ends), "cmap": WHITE_TO_DARK.reversed() if good else WHITE_TO_DARK}
    return axis.contourf(x, y, np.ma.masked_invalid(values), **shades)


def _ends(values):
    """Of the colours: the extremes; if all values are one, or there is none, 0 and 1 with it between them."""
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if values.size else (0.0, 1.0)
    return (low, high) if high - low > 1e-9 * max(abs(low), abs(high)) else (min(low, 0), max(high, 1))


def _marks(axis, table):
    axis.plot(0, 0, "x", color=MARK, markersize=6, clip_on=False)
    for reference, x, y in table.groupby("reference")[["x_reference", "y_reference"]].first().itertuples():
        axis.plot(x, y, "o", color=MARK, markeredgecolor="white", markersize=4.5, clip_on=False)
        axis.annotate(f"{reference + 1}", (x, y), (4, 2), textcoords="offset points", color=MARK, fontweight="bold")
