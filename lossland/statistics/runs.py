"""Numbers by run: in pairs where the same runs are compared, and such that no two share a network."""

import numpy as np
import pandas as pd

from lossland.statistics.tables import pick

LEAST = 6  # things to be told apart by `halves`: of fewer, chance puts all high values in one half in more than one of 20


def paired(table, *labels) -> list[pd.DataFrame]:
    """The rows of each of `labels`, one for each run, indexed by run, to be compared in pairs; see `together`."""
    return list(together({label: pick(table, subspace=label).set_index("run") for label in labels}).values())


def together(rows) -> dict:
    """The rows, or values, of each table, indexed by run, in one order.

    Raises ValueError if a run is there twice or not in every table: such rows cannot be compared in pairs.
    """
    rows = {name: part.sort_index() for name, part in rows.items()}
    first = next(iter(rows.values())).index
    for name, part in rows.items():
        if part.empty or part.index.has_duplicates or not part.index.equals(first):
            ours, others = (", ".join(map(str, index)) or "none" for index in (part.index, first))
            raise ValueError(f"runs cannot be paired: {name} has {ours}, but others have {others}")
    return rows


def by_run(table, columns=None):
    """The rows by run, or the means of columns by run. Raises ValueError if no columns are given and a run has several rows."""
    if columns is not None:
        return table.groupby(["subspace", "run"])[columns].mean().droplevel("subspace")
    if table["run"].duplicated().any():
        raise ValueError("a run has several rows here; measure one of each run")
    return table.set_index("run").sort_index()


def each_example(table, column) -> pd.DataFrame:
    """A column of a `by_example` table, a row for each run and a column for each example."""
    return table.pivot(index="run", columns="example", values=column).sort_index()


def refuse_other_images(tables):
    """Raises ValueError if two tables, by their names, are not of the same corruptions and severities."""
    ours, theirs = (set(zip(rows["corruption"], rows["severity"], strict=True)) for rows in tables.values())
    if odd := ours ^ theirs:
        corruption, severity = min(odd)
        raise ValueError(f"{' and '.join(tables)} are not both of {corruption} at severity {severity}; measure both on it")


def by_block(table, column, down="run") -> pd.DataFrame:
    """The means of `column`, runs `down` and blocks of examples across. Raises ValueError if the table has no blocks."""
    blocks = table[table["block"] > 0]
    if blocks.empty:
        raise ValueError(f"{column} is known of all examples only; measure it with blocks, which show what their choice does")
    return blocks.pivot_table(column, down, "block").sort_index()


def jackknife(table, statistic) -> float:
    """The standard error of the mean over runs of statistic(rows), by run, from leaving out each block of examples in turn.

    `table` is one of `diversity`, whose numbers are means over examples.
    """
    blocks, names = table[table["block"] > 0], ["subspace", "run", "index", "classes"]
    numbers = blocks["block"].unique()
    rest = (blocks[blocks["block"] != b].groupby(names, sort=False).mean(numeric_only=True).reset_index() for b in numbers)
    without = np.array([np.mean(statistic(rows)) for rows in rest])
    return float(((len(numbers) - 1) * without.var()) ** 0.5)


def disjoint(pairs, column) -> pd.Series:
    """The values of `column` for networks 0 and 1, 2 and 3, ... of one pool, by 0, 1, ...: numbers that share no network.

    Raises ValueError if the rows are of several pools, of several networks of a run, or of one network.
    """
    chosen = pairs[(pairs["source_first"] % 2 == 0) & (pairs["source_second"] == pairs["source_first"] + 1)]
    if chosen.empty or chosen["source_first"].duplicated().any():
        raise ValueError("independent runs are compared in pairs; name a table of one pool, of the last network of each run")
    return chosen.set_index(chosen["source_first"] // 2)[column].sort_index()


def by_pairs(values) -> pd.Series:
    """Means over runs 0 and 1, 2 and 3, ... of what is indexed by (subspace, run): runs in the order of their numbers."""
    order = sorted(values.index, key=lambda name: (name[0], len(name[1]), name[1]))
    return values[order].groupby(np.arange(len(order)) // 2).mean()


def halves(values, order) -> tuple[pd.Series, pd.Series]:
    """The ranks of the values of those that come last in ascending `order`, and of as many that come first; if they are odd in
    number, the one in the middle is in neither. If values have nothing to do with the order, these are two samples of one kind:
    of ranks, for values in two clusters would make a t-test err in one of ten."""
    ranks = values[order.sort_values(kind="stable").index].rank()
    half = len(ranks) // 2
    return ranks[len(ranks) - half :], ranks[:half]


def towards_the_end(pairs, after) -> pd.DataFrame:
    """The rows of trajectories that compare a point from epoch `after` on with the last one, by (subspace, run).

    Raises ValueError if a trajectory has no such point.
    """
    pairs = pairs.set_index(["subspace", "run"]).sort_index()
    last = pairs["second"].groupby(level=["subspace", "run"]).transform("max")
    chosen = pairs[(pairs["second"] == last) & (pairs["epoch_first"] >= after)]
    lacking = ["/".join(filter(None, run)) for run in pairs.index.unique().difference(chosen.index)]
    if chosen.empty or lacking:
        names = ", ".join(lacking) or "an empty table"
        raise ValueError(f"{names} has no point from epoch {after:g} on beside its last; keep snapshots, or lower `after`")
    return chosen


def separate(ensembles) -> pd.DataFrame:
    """Rows of `ensemble` tables, those of a label no two of which share a network, the first one first."""
    taken, kept = {}, []
    for i, (label, members) in enumerate(zip(ensembles["subspace"], ensembles["members"], strict=True)):
        own = taken.setdefault(label, set())
        if own.isdisjoint(networks := set(members.split())):
            own |= networks
            kept.append(i)
    return ensembles.iloc[kept]
