"""The claim of Garipov et al. 2018 (arXiv 1802.10026) that curves are not unique (section 4), a check of the trivial one (A.8).

    trivial     W_i(s) = s W_i, b_i(s) = s^i b_i leaves the labels as they are
    again       two chains between the same networks, of different seeds, are different chains

The first is a theorem. Of s^n logits in float32 only those labels can change whose two highest logits differ by less than a
millionth, so that an example in a thousand is more than rounding does, and far less than what another network does. The paper's
second chain is of one pair of networks.
"""

from itertools import combinations

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Check, Claim


def check(*, trivial: Table("landscape"), again: Table("disagreement")) -> list[Claim | Check]:
    """`trivial` is along trivial curves; `again` is of pools of two chains of one bend each, with all their anchors."""
    grid = pick(trivial, mark="grid", split="test", quantity="error").sort_values("index")
    grid = grid[grid["u0"] != 0.5]  # all logits are zero there, and the network has no labels
    moved = [_moved(path) for _, path in grid.groupby("run")]
    apart, ends = _distances(again)
    printed = numbers("garipov2018", table="Sec. 4").set_index("metric")["value"]
    theirs = printed["distance_between_turning_points"] / printed["distance_between_endpoints"]
    return [
        Check("the trivial curve keeps the labels", np.max(moved) < 0.001,
              says="Labels do not change on the path through zero that scales the layers of a ReLU network."),
        Claim("curves are not unique", apart / ends, ratio=True, above=theirs / 2, because="half of what is printed",
              published=theirs,
              of="distance of the two bends / distance of the ends",
              says="Two chains trained from different seeds between the same two networks are different chains."),
    ]  # fmt: skip


def _moved(path):
    first, error = path["u0"] < 0.5, path["value"]
    return (error - np.where(first, error.iloc[0], error.iloc[-1])).abs().max()


def _distances(table):
    """Of the bends and of the ends, by run. Points 0, 1, 2 of each pool are the first chain, 3, 4, 5 the second."""
    pairs = table.drop_duplicates(["run", "first", "second"]).set_index(["run", "first", "second"])
    distance = pairs["distance"].unstack(["first", "second"])
    chains = set(distance) == set(combinations(range(6), 2))
    if not chains or (distance[[(0, 3), (2, 5)]].max(axis=1) > 1e-6 * distance[0, 2]).any():
        raise ValueError(
            "again is not of pools of two chains of one bend with the same ends; pool these, with all their anchors"
        )
    return distance[1, 4], distance[0, 2]
