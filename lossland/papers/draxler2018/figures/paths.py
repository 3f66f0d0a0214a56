"""All paths between the same minima (Draxler et al. 2018, arXiv 1803.00885, and after): loss, function, curvature, length.

    share s = length up to theta(t) / length of the path        ratio = length / |theta_2 - theta_1|
    disagreement to end i = share of examples with other labels than theta_i        cosine = that to theta_1

A column is a kind of path, a row a quantity against s: thick the mean over pairs of minima, thin each pair, grey the means of
the other kinds. Solid lines are under recalibrated batch-norm statistics, dashed ones under interpolated. Of the disagreements
the darker is that with the first end, the lighter that with the second. Linear CKA is that of each layer with the same layer of
the first end on test examples, the deeper the darker, means over pairs (grey: the last layer). Eigenvalues are those at the
ends of the spectrum of the Hessian of the train nll. Below, how much longer than the segment the paths are, and their highest
train loss with its 95 % interval over examples, filled recalibrated and open interpolated.

The paper compares its paths with the segment only; that a path of low loss may still pass through other functions is the
finding of Fort et al. 2019.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import each, legend_of, logarithmic, looks, runs_of
from lossland.plotting.style import COLUMN, GREY
from lossland.statistics.saddle_graph import named
from lossland.statistics.tables import Table, beside, by_label, pick, resampled, shares, where

ROWS = [  # split (None: of another table), quantity, label, scale, on a logarithmic axis
    ("train", "nll", "train nll\n[nats]", 1, True),
    ("test", "error", "test error\n[%]", 100, False),
    ("test", "disagreement", "disagreement\nto the ends [%]", 100, False),
    (None, "cka", "CKA with\nthe first end", 1, False),
    ("test", "cosine", "cosine to\nthe first end", 1, False),
    (None, "highest", "highest\neigenvalue", 1, True),
    (None, "lowest", "lowest\neigenvalue", 1, False),
]


def draw(
    *,
    recalibrated: Table("similarity"),
    interpolated: Table("similarity"),
    layers: Table("cka"),
    curvature: Table("curvature"),
    saddles: Table("saddles"),
) -> Figure:
    """Runs are pairs of minima. The similarities are of the splits train and test, the saddles of both batch-norm policies;
    what the other tables lack of a label of `recalibrated` is not drawn. Raises ValueError if a label is not a path."""
    own = looks(recalibrated)
    figure = plt.figure(figsize=(max(2 * COLUMN, 1.15 * len(own) + 0.7), 9.6))
    above, below = figure.subfigures(2, 1, height_ratios=[4, 1])
    axes = above.subplots(len(ROWS), len(own), sharex=True, sharey="row", squeeze=False)
    for line, (split, quantity, label, scale, logarithms) in zip(axes, ROWS, strict=True):
        kinds = by_label(recalibrated).items()
        if split:
            found = [_along(part, where(interpolated, subspace=name), split, quantity, scale) for name, part in kinds]
        elif quantity == "cka":
            found = [_by_layer(where(layers, subspace=name, reference=0)) for name, _ in kinds]
        else:
            found = [_bent(part, where(curvature, subspace=name), quantity) for name, part in kinds]
        for axis, lines, look in zip(line, found, own.values(), strict=True):
            for other in found:
                for values, _ in other[:1]:
                    axis.plot(values.mean(axis=1), color=GREY, linewidth=0.5, alpha=0.6)
            for values, style in lines:
                each(axis, values, look["color"], **style)
        line[0].set_ylabel(label)
        if logarithms:
            logarithmic(line[0])
    for axis, (label, look) in zip(axes[0], own.items(), strict=True):
        axis.set(xlim=(0, 1), xticks=[0, 0.5, 1], xticklabels=["0", "½", "1"])
        axis.set_title(named(label, saddles), color=look["color"], fontweight="bold")
    above.supxlabel("share of the length")
    _below(below, own, where(saddles, split="train", quantity="nll"))
    axes[0, 0].plot([], [], "-", color="black", label="recalibrated statistics")
    axes[0, 0].plot([], [], "--", color="black", label="interpolated")
    legend_of(above, [axes[0, 0]], "outside upper center", ncols=2, title=runs_of(recalibrated, "pair", "each"))
    return figure


def _along(path, interpolated, split, quantity, scale):
    """(values [shares, runs], style of the line) of all that is drawn of a kind in a row."""
    if quantity == "disagreement":
        found = [(path, 0, {}), (path, 1, {"alpha": 0.45})]
    else:
        found = [(path, 0, {}), *([(interpolated, 0, {"linestyle": "--"})] if len(interpolated) else [])]
    parts = ((pick(part, split=split, reference=end), style) for part, end, style in found)
    return [(scale * resampled(p, quantity), style) for p, style in parts]


def _by_layer(table):
    """The same of the layers, from the last to the first, of each the mean over pairs."""
    found = [resampled(rows, "cka").mean(axis=1, skipna=False).to_frame() for _, rows in table.groupby("depth")]
    return [(values, {"alpha": (i + 1) / len(found), "linewidth": 1.0}) for i, values in enumerate(found)][::-1]


def _bent(path, curvature, quantity):
    """The same of eigenvalues, at the shares that the points of their coarser grid have on the path, run by run."""
    if curvature.empty:
        return []
    path = path.assign(share=shares(path)).drop_duplicates(["run", "u0"]).sort_values("u0")
    grids = {run: (rows["u0"], rows["share"]) for run, rows in path.groupby("run")}
    share = [np.interp(u, *grids[run]) for u, run in zip(curvature["u0"], curvature["run"], strict=True)]
    return [(resampled(curvature.assign(share=share), quantity), {})]


def _below(figure, own, rows):
    """A dot for each pair, with the interval of each saddle."""
    ratio, saddle = figure.subplots(1, 2)
    for x, (label, look) in enumerate(own.items()):
        for policy, face, shift in (("recalibrate", look["color"], -0.18), ("interpolate", "white", 0.18)):
            part = where(rows, subspace=label, bn=policy)
            reach = [(part["saddle"] - part["low"]).clip(lower=0), (part["high"] - part["saddle"]).clip(lower=0)]
            style = look | {"linestyle": "", "mfc": face, "markersize": 3.5, "elinewidth": 0.7}
            saddle.errorbar(beside(x + shift, len(part), 0.16), part["saddle"], reach, **style)
        one = where(rows, subspace=label).drop_duplicates("run")
        ratio.plot(beside(x, len(one), 0.3), one["length"] / one["straight"], linestyle="", markersize=3.5, **look)
    for axis, label in ((ratio, "length / segment"), (saddle, "highest train nll [nats]")):
        axis.set(ylabel=label, xlim=(-0.5, len(own) - 0.5))
        axis.set_xticks(range(len(own)), own, rotation=35, ha="right", rotation_mode="anchor")
    logarithmic(saddle)
