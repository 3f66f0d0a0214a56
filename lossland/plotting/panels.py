"""Panels of figures: lines with bands over runs, legends, planes. The names of series are the labels of the tables."""

from itertools import cycle, pairwise

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, MaxNLocator

from lossland.plotting.style import AXES, COLOURS, COLUMN, GREY, MARKERS, SERIES
from lossland.statistics.tables import by_label, pick, untrained


def panels(rows, columns, height=2.1, width=COLUMN, least=0.0, **options):
    """(figure, axes [rows columns]); the size is that of a panel, and `least` the width of all."""
    size = max(width * columns, least), height * rows
    return plt.subplots(rows, columns, figsize=size, squeeze=False, **options)


def tiles(number, columns, height=2.1, **options):
    """(figure, axes [number]) in rows of at most `columns`; the rest of the last row is blank.

    Axes that are shared have their numbers at the left, and below the last panel of each column.
    """
    columns = min(columns, number)
    figure, axes = panels(-(-number // columns), columns, height, **options)
    for axis in axes.flat[number:]:
        axes[-2, axis.get_subplotspec().colspan.start].tick_params(labelbottom=True)
        axis.remove()
    return figure, list(axes.flat[:number])


def legend_below(figure, axes, **options):
    """One legend below the panels for what is labelled in `axes`, each label once, in rows of up to four."""
    axes = list(axes)
    named = {label for axis in axes for label in axis.get_legend_handles_labels()[1]}
    legend_of(figure, axes, **{"ncols": min(4, len(named), round(figure.get_figwidth() / COLUMN * 2))} | options)


def legend_of(figure, axes, loc="outside lower center", **options):
    """One legend for what is labelled in `axes`, each label once."""
    named = {label: handle for axis in axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(named.values(), named.keys(), loc=loc, **options)


def looks(*tables) -> dict[str, dict]:
    """label -> colour and marker of each series of the tables, in their order, distinct for up to eight.

    What has a colour of its own (`COLOURS`) has it in every figure, but for what shares it with one before.
    """
    labels = list(dict.fromkeys(label for table in tables for label in by_label(table)))
    own = {}
    for label in labels:
        colour = COLOURS.get(label.lower())
        if colour and colour not in own.values():
            own[label] = colour
    rest = cycle([colour for colour in SERIES if colour not in own.values()])
    return {n: {"color": own.get(n) or next(rest), "marker": m} for n, m in zip(labels, cycle(MARKERS))}


def lines(axis, table, x, looks, *, y="value", scale=1.0, legend=True, **line):
    """Column `y` against `x`, for each series the mean over runs as a line and their range as a band; see `band`.

    With a `markersize` each series has its marker.
    """
    for label, part in by_label(table).items():
        own = {"marker": looks[label]["marker"]} if "markersize" in line else {}
        named = label if legend else None
        band(axis, part.assign(value=part[y]), x, named, looks[label]["color"], scale, **own | line)


def course(axis, table, x, looks, split, quantity, ylim=(0, None)):
    """A panel of the rows of a split and a quantity: `lines`, with title and axis named after them."""
    name, scale = AXES[quantity]
    lines(axis, pick(table, split=split, quantity=quantity), x, looks, scale=scale)
    axis.set(title=f"{split} {quantity}".capitalize(), ylabel=f"{split} {name}", **{"ylim": ylim} if ylim else {})


def band(axis, table, x, label, colour, scale=1.0, **line):
    """Mean of `value` over the runs of `table` at each x as a line, the range over the runs as a band; at a single x as a bar.

    Where a run is not finite both have a gap: a mean of the others would be of other runs there than beside.
    """
    values = table.set_index([x, "run"])["value"] * scale
    runs = values.where(values.abs() < float("inf")).groupby(level=0)
    mean, low, high = (getattr(runs, part)(skipna=False) for part in ("mean", "min", "max"))
    axis.plot(mean, label=label, color=colour, **line)
    if len(low) > 1:
        axis.fill_between(low.index, low, high, color=colour, alpha=0.2, linewidth=0)
    else:
        axis.vlines(low.index, low, high, color=colour, alpha=0.4)


def each(axis, lines, colour, label=None, **look):
    """Each column of `lines` against its index as a thin line, their mean as a thick one."""
    axis.plot(lines, color=colour, linewidth=0.5, alpha=0.45)
    axis.plot(lines.mean(axis=1, skipna=False), label=label, **{"color": colour, "linewidth": 1.8} | look)


def branches(axis, values, joined) -> dict[int, float]:
    """A merge tree: a branch ends at the value of its minimum, and meets another at the height of their join; beside each other
    stand those that join. `values` maps minima to values, `joined` is as `joins` in `lossland.statistics.topology`. Returns the
    place of each minimum."""
    values, groups = dict(values if isinstance(values, dict) else enumerate(values)), {}
    for lower, higher in joined[["lower", "higher"]].to_numpy():
        groups[lower] = groups.get(lower, [lower]) + groups.pop(higher, [higher])
    order = [leaf for group in groups.values() for leaf in group]
    x = {leaf: float(i) for i, leaf in enumerate([*order, *(leaf for leaf in values if leaf not in order)])}
    at = {leaf: (x[leaf], value) for leaf, value in values.items()}
    for lower, higher, height in joined[["lower", "higher", "height"]].itertuples(index=False):
        (a, low), (b, high) = at[lower], at[higher]
        axis.plot([a, a, b, b], [low, height, height, high], color="black", linewidth=1.0)
        at[lower] = (a + b) / 2, height
    axis.plot(list(x.values()), [values[leaf] for leaf in x], "o", color=COLOURS["segment"], markersize=3)
    return x


def logarithmic(axis):
    """The axis of y, once all is drawn: in plain numbers, with more than the powers of ten where these are few."""
    axis.set_yscale("log")
    low, high = axis.get_ylim()
    subs = (1,) if high > 100 * low else (1, 2, 5) if high > 10 * low else (1, 2, 3, 4, 6)
    locator = LogLocator(subs=subs) if high > 3 * low else MaxNLocator(5)
    axis.yaxis.set(major_locator=locator, major_formatter="{x:g}", minor_formatter="")


def published(axis, printed, looks, style=":"):
    """The digitised curves of a paper (columns series, x, y) in the colours of ours, those that have a look."""
    for series, curve in printed[printed["series"].isin(list(looks))].groupby("series"):
        behind(axis, curve, looks[series]["color"], style)


def behind(axis, printed, colour, style=":"):
    """A digitised curve of a paper (columns x, y in the units of the axis), faint and dotted behind ours."""
    axis.plot(printed["x"], printed["y"], style, color=colour, linewidth=0.8, markersize=2.5, zorder=0)


def by_size(axis, table, quantity, looks, names=None):
    """A quantity of ensembles against their size: means over subsets and runs, bars their standard deviation, side by side."""
    name, scale = AXES[quantity]
    for i, (label, part) in enumerate(by_label(table).items()):
        size = part.groupby("size")[quantity].agg(["mean", "std"]) * scale
        beside = 0.3 * (i - (len(looks) - 1) / 2) / max(1, len(looks) - 1)  # so that bars do not hide each other
        look = looks[label] | {"markersize": 3, "linewidth": 1, "capsize": 1.5, "elinewidth": 0.6}
        axis.errorbar(size.index + beside, size["mean"], size["std"].fillna(0), label=(names or {}).get(label, label), **look)
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.set_ylabel(f"{table['split'].iloc[0]} {name}")


def warn(figure, errors):
    """Above a figure, the train errors of networks that are not trained, of a `landscape` table or label -> mean."""
    if not isinstance(errors, dict):
        rows = pick(errors, split="train", quantity="error")
        errors = {label: part["value"].mean() for label, part in by_label(rows).items()}
    said = [f"{label}: {told}" for label, error in errors.items() if (told := untrained(error))]
    if said:
        figure.suptitle(", ".join(said))


def broken(title, longest):
    """A title in two lines, the second from its last comma on, if it is longer than so many letters."""
    return ",\n".join(title.rsplit(", ", 1)) if len(title) > longest else title


def count_of(table, noun):
    """How many runs a table has, in words: `noun` is what a run is, in the singular ("pair of networks")."""
    runs = table["run"].nunique()
    first, *rest = noun.split(" ")
    return " ".join([str(runs), f"{first}s", *rest]) if runs > 1 else f"one {noun}"


def runs_of(table, noun, shown="range"):
    """How the lines of a figure came about, for its legend; beside the mean the `shown` of the runs."""
    return f"mean and {shown} of " * (table["run"].nunique() > 1) + count_of(table, noun)


def scores(axis, table, x):
    """Against column `x`: nll on `axis`, error on its twin, which is returned; train solid, test dashed, grey where no nll."""
    twin = axis.twinx()
    twin.spines["right"].set_visible(True)
    for side, quantity in ((axis, "nll"), (twin, "error")):
        label, scale = AXES[quantity]
        for split, style in (("train", "-"), ("test", "--")):
            part = table[(table["split"] == split) & (table["quantity"] == quantity)]
            band(side, part, x, f"{split} {quantity}", COLOURS[quantity], scale, linestyle=style, linewidth=1.1)
        side.set_ylabel(label, color=COLOURS[quantity])
        side.tick_params(axis="y", colors=COLOURS[quantity])
    twin.set_ylim(0, None)
    known = table[table["quantity"] == "nll"].groupby(x)["value"].sum(skipna=False).abs() < float("inf")
    if not known.all():
        edges = [known.index[0], *((a + b) / 2 for a, b in pairwise(known.index)), known.index[-1]]
        look = {"color": GREY, "alpha": 0.3, "linewidth": 0, "label": "nll not finite"}
        axis.stairs(~known, edges, fill=True, transform=axis.get_xaxis_transform(), **look)
    return twin


def alike(axes, twins):
    """Panels of `scores` get one axis of errors; its numbers and both labels stand only at the ends of a row."""
    for axis, twin in zip(axes, twins, strict=True):
        twin.set_ylim(0, max(one.get_ylim()[1] for one in twins))
        twin.label_outer()
        if not axis.get_subplotspec().is_first_col():
            axis.set_ylabel("")
