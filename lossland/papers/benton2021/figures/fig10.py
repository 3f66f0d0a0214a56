"""Benton et al. 2021 (arXiv 2102.13042), figure 10: predictive bands of ensembles on a regression in one dimension.

    mean(x) = 1/n sum_i f_i(x),     band(x) = mean(x) +- k std_i f_i(x),  k = 1, 2, 3

A panel for each set of networks: the mean as a line, bands of one, two and three standard deviations over its networks (the
noise of the data is not added), some of the functions thin; grey bars are the intervals of the training points.

In the paper the bands of ESPRO are wider between and outside of them than those of deep ensembles and of a curve. Draws of a
curve are uniform along it here; in the paper's comparison they are from a posterior.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import legend_of, tiles
from lossland.plotting.style import SERIES, WHITE_TO_DARK
from lossland.statistics.tables import Table, by_label, one_run

DEVIATIONS, SINGLES = (3, 2, 1), 5  # the palest first; functions that are drawn themselves


def draw(*, functions: Table("functions"), intervals: list[list[float]] = ()) -> Figure:
    """One run of each set; `intervals` are the [low, high] of the data.

    Raises ValueError if a set has inputs of two dimensions or one network, and if an interval is none.
    """
    for i, ends in enumerate(intervals):
        if len(ends) != 2 or ends[0] >= ends[1]:
            raise ValueError(f"intervals.{i} is {ends}; it must be [low, high]")
    sets = {label: _outputs(one_run(part), label) for label, part in by_label(functions).items()}
    figure, axes = tiles(len(sets), 2, height=2.2, sharex=True, sharey=True)
    for axis, (label, outputs) in zip(axes, sets.items(), strict=True):
        _bands(axis, outputs)
        for _, function in outputs.iloc[:, :SINGLES].items():
            axis.plot(function, color=SERIES[-2], linewidth=0.4, alpha=0.7, label="single networks")
        for low, high in intervals:
            axis.axvspan(low, high, 0, 0.025, color="#777777", linewidth=0, label="training points")
        axis.set(title=f"{label}, {outputs.shape[1]} networks", xlim=(outputs.index[0], outputs.index[-1]))
    figure.supxlabel("input x")
    figure.supylabel("output f(x)")
    legend_of(figure, axes, "outside upper center", ncols=3)
    return figure


def _outputs(table, label):
    """f_i(x) [x, network]; NaN if not finite."""
    if table["x1"].notna().any():
        raise ValueError(f"functions of {label} have two inputs; bands need a regression in one dimension")
    outputs = table.pivot(index="x0", columns="index", values="output").sort_index()
    if outputs.shape[1] < 2:
        raise ValueError(f"functions of {label} are of one network; a band needs two or more")
    return outputs.where(outputs.abs() < float("inf"))


def _bands(axis, outputs):
    """A gap where any network is not finite."""
    mean, deviation = outputs.mean(axis=1, skipna=False), outputs.std(axis=1, ddof=0, skipna=False)
    for k in DEVIATIONS:
        look = {"color": WHITE_TO_DARK(0.65 - 0.16 * k), "linewidth": 0, "label": f"{k} std"}
        axis.fill_between(mean.index, mean - k * deviation, mean + k * deviation, **look)
    axis.plot(mean, color=SERIES[1], label="mean", zorder=3)
