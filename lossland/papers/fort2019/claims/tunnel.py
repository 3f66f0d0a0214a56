"""The claims of Fort et al. 2019 (arXiv 1912.02757) about a low-loss tunnel, figure S2: one loss, and many functions.

    rise = highest train nll on a path - the higher of its ends
    apart = lesser disagreement of the middle with an end / disagreement of the ends        on the test data

A run is a pair of networks, with the segment and a tunnel between them; no network is in two pairs. That the loss stays "low"
is taken as a fifth of the rise on the segment at most, that the middle is "another function" as at least half as far from both
ends as these are from each other; these bars are ours. What figure S2 shows is remembered, not confirmed.
"""

from lossland.statistics.tables import Table, where
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the paths between two networks, for n pairs (mean ± standard deviation). A claim holds if a
one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do
not decide. By the abstract of the paper's first version paths of low loss between networks exist, but do not connect what
they predict; the tunnel of figure S2 is remembered, not confirmed.
"""
LOW, APART = 0.2, 0.5


def check(*, segment: Table("similarity"), tunnel: Table("similarity")) -> list[Claim]:
    """Both of the same pairs of networks, with the splits train and test. Raises ValueError where pairs or splits differ."""
    found = together({"segment": _rise(segment), "tunnel": _rise(tunnel), "test rows of the tunnel": _apart(tunnel)})
    return [
        Claim(
            name="low loss along the tunnel",
            says="The train nll along the tunnel rises far less than on the straight segment between the same networks.",
            of="rise of the train nll above its ends, on the tunnel / on the segment",
            values=list(found["tunnel"] / found["segment"]),
            published=[],
            below=LOW,
        ),
        Claim(
            name="other functions along the tunnel",
            says="The middle of the tunnel is another function than both of its ends.",
            of="lesser test disagreement of the middle with an end / disagreement of the ends",
            values=list(found["test rows of the tunnel"]),
            published=[],
            above=APART,
        ),
    ]


def _rise(table):
    return where(table, split="train", reference=0).groupby(["subspace", "run"]).apply(_above_the_ends).droplevel("subspace")


def _above_the_ends(path):
    nll = path.set_index("u0")["nll"].sort_index()
    return nll.max() - max(nll.iloc[0], nll.iloc[-1])


def _apart(table):
    return where(table, split="test").groupby(["subspace", "run"]).apply(_from_both).droplevel("subspace")


def _from_both(path):
    d = path.pivot(index="u0", columns="reference", values="disagreement").sort_index()
    middle = abs(d.index.to_numpy() - 0.5).argmin()
    return d.iloc[middle].min() / d[0].iloc[-1]
