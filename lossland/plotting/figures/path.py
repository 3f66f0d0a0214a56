"""Scores along paths, such as lines, curves, chains: a line for each path, the mean over its runs, and their range as a band.

The coordinate goes from one end of a path to the other. What is not finite is a gap; `loss` is the nll with the decay of the
training.
"""

from matplotlib.figure import Figure

from lossland.options import Split
from lossland.plotting.panels import course, legend_below, logarithmic, looks, panels, runs_of
from lossland.statistics.tables import Table, pick, quantities_of, signed, splits_of


def draw(
    *,
    paths: Table("landscape"),
    splits: list[Split] = (),
    quantities: list[str] = (),
    log: list[str] = ("loss", "nll"),
    run: str = "run",
) -> Figure:
    """A row for each split and a column for each quantity (default: all that were measured; `loss` only if it is not the nll).

    The axes of the quantities `log` are logarithmic; `run` says what a run is. Raises ValueError if one was not measured.
    """
    table = pick(paths, mark="grid")
    if "u1" in table and table["u1"].notna().any():
        raise ValueError(f"{table['subspace'].iloc[0]} has two coordinates; draw it with plot.plane")
    splits, quantities = splits or splits_of(table), quantities or quantities_of(table)
    figure, axes = panels(len(splits), len(quantities), sharex=True)
    own = looks(table)
    for row, split in zip(axes, splits, strict=True):
        for axis, quantity in zip(row, quantities, strict=True):
            in_log = quantity in log and (pick(table, split=split, quantity=quantity)["value"] > 0).all()
            axis.set_yscale("log" if in_log else "linear")
            below = signed(pick(table, split=split, quantity=quantity)["value"])
            course(axis, table, "u0", own, split, quantity, ylim=None if in_log or below else (0, None))
            if in_log:
                logarithmic(axis)
    for axis in axes[-1]:
        axis.set(xlabel="coordinate $u$")
    legend_below(figure, axes.flat, title=runs_of(table, run))
    return figure
