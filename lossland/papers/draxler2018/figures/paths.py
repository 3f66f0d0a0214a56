"""Draxler et al. 2018 (arXiv 1803.00885) and after: all paths between the same minima in one picture.

    share s = length up to theta(t) / length of the path        ratio = length / |theta_2 - theta_1|
    disagreement to end i = share of examples with other labels than theta_i        cosine = that to theta_1

A column is a kind of path, a row a quantity against s. Eigenvalues are those at the ends of the spectrum of the Hessian of the
train nll.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from lossland.plotting.panels import each, legend_of, logarithmic, runs_of, styled
from lossland.plotting.style import COLUMN, GREY
from lossland.statistics.tables import Table, beside, entries, only, resampled, rows_of, shares, where

CAPTION = """
Paths between the same pairs of minima, a column for each kind: thick the mean over pairs, thin each pair, grey the means of the
other kinds. Solid lines are under recalibrated batch-norm statistics, dashed ones under interpolated. Of the disagreements the
darker is that with the first end, the lighter that with the second. Below, how much longer than the segment the paths are,
and their highest train loss, filled recalibrated and open interpolated. The paper compares its paths with the segment alone;
that a path of low loss may still pass through other functions is the finding of Fort et al. 2019.
"""
ROWS = [  # split (None: of the curvature), quantity, label, scale, on a logarithmic axis
    ("train", "nll", "train nll\n[nats]", 1, True),
    ("test", "error", "test error\n[%]", 100, False),
    ("test", "disagreement", "disagreement\nto the ends [%]", 100, False),
    ("test", "cosine", "cosine to\nthe first end", 1, False),
    (None, "highest", "highest\neigenvalue", 1, True),
    (None, "lowest", "lowest\neigenvalue", 1, False),
]
SHARES = np.linspace(0, 1, 101)


def draw(
    *,
    recalibrated: Table("similarity"),
    interpolated: Table("similarity"),
    curvature: Table("curvature"),
    saddles: Table("saddles"),
    titles: list[list[str]],
) -> Figure:
    """`titles` lists [subspace, title] of each kind of path in the order drawn; runs are pairs of minima. The similarities are
    of the splits train and test, the saddles of both batch-norm policies; what `interpolated`, `curvature` or `saddles` lack of
    a kind is not drawn.

    Raises ValueError where `recalibrated` has no rows of a subspace, or it is no path.
    """
    kinds = list(styled(entries("titles", titles, "subspace", "title")))
    figure = plt.figure(figsize=(max(2 * COLUMN, 1.15 * len(kinds) + 0.7), 8.6))
    above, below = figure.subfigures(2, 1, height_ratios=[3.4, 1])
    axes = above.subplots(len(ROWS), len(kinds), sharex=True, sharey="row", squeeze=False)
    for line, (split, quantity, label, scale, logarithms) in zip(axes, ROWS, strict=True):
        asked = {"split": split, "quantity": quantity, "scale": scale}
        lines = [_lines(name, recalibrated, interpolated, curvature, **asked) for _, _, name, _ in kinds]
        for axis, own, (colour, *_) in zip(line, lines, kinds, strict=True):
            _panel(axis, own, [other[0][0] for other in lines if other], colour)
        line[0].set_ylabel(label)
        if logarithms:
            logarithmic(line[0])
    for axis, (colour, *_, title) in zip(axes[0], kinds, strict=True):
        axis.set(xlim=(0, 1), xticks=[0, 0.5, 1], xticklabels=["0", "½", "1"])
        axis.set_title(title, color=colour, fontweight="bold")
    above.supxlabel("share of the length")
    _below(below, kinds, where(saddles, split="train", quantity="nll"))
    axes[0, 0].plot([], [], "-", color="black", label="recalibrated statistics")
    axes[0, 0].plot([], [], "--", color="black", label="interpolated")
    legend_of(above, [axes[0, 0]], "outside upper center", ncols=2, title=runs_of(recalibrated, "pair", "each"))
    return figure


def _lines(name, recalibrated, interpolated, curvature, split, quantity, scale):
    """(values [shares, runs], style of the line) of all that is drawn of a kind in a row."""
    path = rows_of(recalibrated, name, "recalibrated")
    if split is None:
        part = where(curvature, subspace=name)
        part = part.assign(share=_translated(part, path.assign(share=shares(path, "recalibrated"))))
        return [(resampled(part, quantity, SHARES), {})] if len(part) else []
    found = [(path, 0, {}), (where(interpolated, subspace=name), 0, {"linestyle": "--"})]
    if quantity == "disagreement":
        found = [(path, 0, {}), (path, 1, {"alpha": 0.45})]
    parts = ((only(part, "similarity", split=split, reference=end), look) for part, end, look in found if len(part))
    return [(scale * resampled(p.assign(share=shares(p, "recalibrated")), quantity, SHARES), look) for p, look in parts]


def _translated(part, path):
    """The shares of the points of a coarser grid over the same path, run by run."""
    path = path.drop_duplicates(["run", "u0"]).sort_values("u0")
    of_run = {run: (rows["u0"], rows["share"]) for run, rows in path.groupby("run")}
    return [np.interp(u, *of_run[run]) for u, run in zip(part["u0"], part["run"], strict=True)]


def _panel(axis, lines, means, colour):
    for values in means:
        axis.plot(values.mean(axis=1), color=GREY, linewidth=0.5, alpha=0.6)
    for values, look in lines:
        each(axis, values, colour, **look)


def _below(figure, kinds, rows):
    """A dot for each pair, with the interval of each saddle."""
    ratio, saddle = figure.subplots(1, 2)
    for x, (colour, marker, name, _) in enumerate(kinds):
        of_kind = where(rows, subspace=name)
        for policy, face, shift in (("recalibrate", colour, -0.18), ("interpolate", "white", 0.18)):
            part = where(of_kind, bn=policy)
            at = beside(x + shift, len(part), 0.16)
            look = {"fmt": marker, "color": colour, "mfc": face, "markersize": 3.5, "elinewidth": 0.7}
            reach = [(part["saddle"] - part["low"]).clip(lower=0), (part["high"] - part["saddle"]).clip(lower=0)]
            saddle.errorbar(at, part["saddle"], reach, **look)
        one = of_kind.drop_duplicates("run")
        at = beside(x, len(one), 0.3)
        ratio.plot(at, one["length"] / one["straight"], marker, color=colour, markersize=3.5)
    for axis, label in ((ratio, "length / segment"), (saddle, "highest train nll [nats]")):
        axis.set(ylabel=label, xlim=(-0.5, len(kinds) - 0.5))
        axis.set_xticks(range(len(kinds)), [title for *_, title in kinds], rotation=35, ha="right", rotation_mode="anchor")
    logarithmic(saddle)
