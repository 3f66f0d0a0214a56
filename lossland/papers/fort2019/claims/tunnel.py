"""The claims of Fort et al. 2019 (arXiv 1912.02757) about a low-loss tunnel, figure S2: one loss, and many functions.

    rise = highest train nll on a path - the higher of its ends
    apart = lesser disagreement of the middle with an end / disagreement of the ends        on the test data

A run is a pair of networks, with the segment and a tunnel between them; no network is in two pairs. That the loss stays "low"
is taken as a fifth of the rise on the segment at most, that the middle is "another function" as at least half as far from both
ends as these are from each other; these bars are ours.

In the paper paths of low loss between networks exist, but do not connect what they predict (abstract of its first version);
the tunnel of figure S2 is remembered, not confirmed.
"""

from lossland.statistics.runs import together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

LOW, APART = 0.2, 0.5


def check(*, segment: Table("similarity"), tunnel: Table("similarity")) -> list[Claim]:
    """Both of the same pairs of networks, with the splits train and test."""
    rise = together({"segment": _by_run(segment, _rise, split="train", reference=0),
                     "tunnel": _by_run(tunnel, _rise, split="train", reference=0)})  # fmt: skip
    return [
        Claim("low loss along the tunnel", rise["tunnel"] / rise["segment"], below=LOW,
              of="rise of the train nll above its ends, on the tunnel / on the segment",
              says="The train nll along the tunnel rises far less than on the straight segment between the same networks."),
        Claim("other functions along the tunnel", _by_run(tunnel, _apart, split="test"), above=APART,
              of="lesser test disagreement of the middle with an end / disagreement of the ends",
              says="The middle of the tunnel is another function than both of its ends."),
    ]  # fmt: skip


def _by_run(table, number, **rows):
    return pick(table, **rows).sort_values("u0").groupby("run").apply(number)


def _rise(path):
    nll = path["nll"]
    return nll.max() - max(nll.iloc[0], nll.iloc[-1])


def _apart(path):
    d = path.pivot(index="u0", columns="reference", values="disagreement")
    middle = abs(d.index.to_numpy() - 0.5).argmin()
    return d.iloc[middle].min() / d[0].iloc[-1]
