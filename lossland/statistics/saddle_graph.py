"""The minima of a landscape as a graph (Draxler et al. 2018, arXiv 1803.00885): an edge is the best path found between two.

    saddle(i, j) = the highest train nll on the best path between i and j, refined
    height(i, j) = least over walks from i to j of the highest saddle on the walk, met on the minimum spanning tree

What figures and claims take of `saddles` tables. Minima are told apart by columns a and b, and numbered by their train nll, 1
the lowest. Where not all are joined, the tree is a forest.
"""

import numpy as np
import pandas as pd

from lossland.statistics import tables
from lossland.statistics.tables import noted, pick, where
from lossland.statistics.topology import joins
from lossland.statistics.verdicts import trained


def losses(saddles, split="train", quantity="nll") -> pd.Series:
    """The value at each minimum, the mean over the paths that end there, from the lowest to the highest; indexed by a and b."""
    rows = pick(saddles, split=split, quantity=quantity)
    ends = [rows[[end, f"value_{end}"]].set_axis(["minimum", "value"], axis=1) for end in "ab"]
    return pd.concat(ends).groupby("minimum")["value"].mean().sort_values()


def edges(saddles) -> pd.DataFrame:
    """The best path of each pair first < second (numbers of minima) from the lowest saddle on: saddle [nats], refined,
    subspace, run, and whether it is of the `tree`. Raises ValueError if the rows are of several batch-norm policies."""
    if len(policies := saddles["bn"].unique()) > 1:
        raise ValueError(f"saddles were measured with bn {' and '.join(policies)}; name tables of one of them")
    rows = pick(saddles, split="train", quantity="nll").sort_values("refined", kind="stable")
    minima = losses(saddles).index
    first, second = np.sort([minima.get_indexer(rows[end]) for end in "ab"], axis=0)
    best = rows[["subspace", "run"]].assign(saddle=rows["refined"], first=first + 1, second=second + 1)
    best = best.drop_duplicates(["first", "second"]).reset_index(drop=True)
    return best.assign(tree=best.index.isin(merges(best, len(minima))["edge"]))


def tree_rows(saddles, split, quantity) -> pd.DataFrame:
    """The rows of a split and quantity of the paths of the tree, which the train nll chooses."""
    tree = edges(saddles).query("tree")[["subspace", "run"]]
    return pick(saddles, split=split, quantity=quantity).merge(tree, on=["subspace", "run"])


def merges(found, n) -> pd.DataFrame:
    """The merge tree of n minima by their `edges`, as `joins`; minima count from 0."""
    return joins(range(n), found["first"] - 1, found["second"] - 1, found["saddle"])


def untrained(saddles, below=None) -> str | None:
    """What claims about minima presume of train errors, None if they are such; None of a task without errors too."""
    return trained(_errors(saddles), below=below)


def named(label, saddles) -> str:
    """`label`, and what must be said of its minima where they are drawn."""
    return noted(label, tables.untrained(_errors(where(saddles, subspace=label)).max(initial=0)))


def _errors(saddles):
    return where(saddles, split="train", quantity="error")[["value_a", "value_b"]].to_numpy()


def crossings(courses, heights) -> pd.Series:
    """The share of each training, by run, after which its train nll is below `heights`, a number or one for each run.

    Between the last point that was kept above it and the first below, log nll falls in a straight line. NaN of a training that
    is never below.
    """
    rows = pick(courses, split="train", quantity="nll").sort_values("epoch").set_index("run")
    heights = pd.Series(heights, rows.index.unique())
    return pd.Series({run: _crossing(rows.loc[[run]], heights[run]) for run in heights.index})


def _crossing(course, height):
    share, value = (course["epoch"] / course["epoch"].max()).to_numpy(), course["value"].to_numpy()
    if not (value <= height).any():
        return np.nan
    if (i := int((value <= height).argmax())) == 0:
        return share[0]
    return np.interp(-np.log(height), -np.log(value[[i - 1, i]]), share[[i - 1, i]])
