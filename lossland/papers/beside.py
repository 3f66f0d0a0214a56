"""What a paper shows beside ours, panel by panel: the numbers of both as rows of one form, and their drawing.

A row of COLUMNS is a point of a series that a source (the paper, or ours) has in a panel; `low` and `high` are the range over
runs, or that which is printed. A paper's figures/beside.py makes such `rows` of its tables, and docs/results.py those of
several sizes, to be drawn together.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.plotting.panels import broken, legend_below, logarithmic, looks, panels
from lossland.statistics.tables import by_label, where

OURS = "ours"
COLUMNS = ["panel", "along", "source", "series", "x", "y", "low", "high"]  # panel and along name the axes
MANY = 12  # points that are a line


def ours(panel, along, table, x, y="value", scale=1.0) -> pd.DataFrame:
    """Column `y` against `x` for each label: mean and range over runs, a run with several rows (subsets) by their mean."""
    runs = scale * table.groupby(["subspace", x, "run"], sort=False, observed=True)[y].mean()
    points = runs.groupby(level=[0, 1], sort=False).agg(["mean", "min", "max"]).reset_index()
    return points.set_axis(COLUMNS[3:], axis=1).assign(panel=panel, along=along, source=OURS)


def theirs(panel, along, source, points) -> pd.DataFrame:
    """Printed or digitised `points`: columns series, x, y, perhaps low and high."""
    return points.reindex(columns=COLUMNS[3:]).assign(panel=panel, along=along, source=source)


def counted(printed, series="method", scale=1.0) -> pd.DataFrame:
    """Rows of published.csv as points: x is the first number of their `setting` ("3 components", "2B", "size 4")."""
    x = printed["setting"].str.extract(r"(\d+)", expand=False).astype(float)
    return pd.DataFrame({"series": printed[series], "x": x, "y": scale * printed["value"]}).sort_values("x", kind="stable")


def drawn(rows) -> Figure:
    """A row of panels for each source, in the order of `rows`, or a column if there is one panel; losses are in logarithms."""
    sources, wanted = rows["source"].unique(), rows["panel"].unique()
    own = looks(rows.assign(subspace=rows["series"]))
    figure, axes = panels(*((1, len(sources)) if len(wanted) == 1 else (len(sources), len(wanted))), height=1.9)
    spans = {panel: _span(where(rows, panel=panel)["x"]) for panel in wanted}
    for row, source in zip(axes.reshape(len(sources), len(wanted)), sources, strict=True):
        there = [panel for panel in wanted if len(where(rows, source=source, panel=panel))]
        for axis, panel in zip(row, wanted, strict=True):
            points = where(rows, source=source, panel=panel)
            if points.empty:
                axis.set_axis_off()
                continue
            _panel(axis, points, own)
            axis.set(xlabel=points["along"].iloc[0], ylabel=panel, **spans[panel])
            if "[nats]" in panel:
                logarithmic(axis)
            if panel == there[0]:
                axis.set_title(broken(source, 28) if len(wanted) == 1 else source, loc="left", fontweight="bold")
    legend_below(figure, axes.flat)
    return figure


def _span(x):
    """One axis of numbers for all sources."""
    x = pd.to_numeric(x, errors="coerce")
    room = 0.05 * (x.max() - x.min())
    return {} if x.isna().any() or not room else {"xlim": (x.min() - room, x.max() + room)}


def _panel(axis, points, own):
    """Series of many points are lines in bands, of few are marks with bars; words on the axis stand in their order."""
    x, look = pd.to_numeric(points["x"], errors="coerce"), {"linestyle": ":", "linewidth": 0.8, "markersize": 4}
    if x.isna().any():
        words, names = (list(dict.fromkeys(points[column])) for column in ("x", "series"))
        x = points["x"].map(words.index) + 0.4 * (points["series"].map(names.index) - (len(names) - 1) / 2) / len(names)
        axis.set(xticks=range(len(words)), xlim=(-0.5, len(words) - 0.5), xticklabels=[w.replace(" ", "\n") for w in words])
        look["linestyle"] = "none"
    for series, line in by_label(points.assign(x=x, subspace=points["series"]).sort_values("x", kind="stable")).items():
        colour = own[series]["color"]
        if len(line) > MANY:
            axis.plot(line["x"], line["y"], color=colour, label=series)
            axis.fill_between(line["x"], line["low"], line["high"], color=colour, alpha=0.2, linewidth=0)
        else:
            axis.vlines(line["x"], line["low"], line["high"], color=colour, linewidth=1.2)
            axis.plot(line["x"], line["y"], label=series, **look, **own[series])
