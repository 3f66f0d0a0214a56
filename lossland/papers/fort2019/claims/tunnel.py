"""The claims of Fort et al. 2019 (arXiv 1912.02757) about a low-loss tunnel, figures 6, S1, S2: one loss, and many functions.

    rise = highest train nll on a path - the higher of its ends
    apart = disagreement of the middle with an end / disagreement of the ends        on the test data

A run is a pair of networks, with the segment and a tunnel between them; no network is in two pairs. A ray is all r theta, r
from 0 on. Of two ends any function is at least half as far from one as these are from each other: one that is so from both is
no nearer to either than it must be, and one that is nearer is the function of that end.

In the paper paths of low loss between networks exist, but do not connect what they predict (abstract of its first version);
the tunnel of figure S2 and the plane of figure S1, where two optima lie apart, are remembered, not confirmed. What lies on one
ray is seen in figures 6 and S1, and claimed by us.
"""

import numpy as np

from lossland.options import Fraction
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained

LOW, HALF, SHORT = 0.1, 0.5, 0.8
MIDWAY = "half: that far a function is from one end at least"


def check(
    *,
    segment: Table("similarity"),
    tunnel: Table("similarity"),
    rays: Table("similarity"),
    sector: Table("similarity"),
    level: Fraction | None = None,
) -> list[Claim]:
    """All of the same pairs of networks, with the splits train and test: `rays` through the ends and the middle of the tunnel,
    `sector` of the segment, both over a grid of t and of r."""
    optima, examples = _at(tunnel, 0, 1), pick(tunnel, split="test")["examples"]
    middle = {f"from end {i + 1}": _at(tunnel, i, 0.5) for i in (0, 1)}
    short = {f"end {i + 1}": _at(rays, i, i, SHORT) for i in (0, 1)}
    rise = together({"segment": _rise(segment), "tunnel": _rise(tunnel), "sector": _wall(sector), "rays": short["end 1"]})
    fit = trained(pick(tunnel, split="train", u0=[0.0, 1.0])["error"], below=level)
    flat = None if (rise["segment"] > 0).all() else "the loss does not rise on every segment: there is nothing to go around"
    return [
        Claim("low loss along the tunnel", rise["tunnel"] - LOW * rise["segment"], below=0, presumes=fit or flat,
              because="an order of magnitude",
              of=f"rise of the train nll above its ends, on the tunnel - {LOW:g} x on the segment",
              says="The train nll along the tunnel rises far less than on the straight segment between the same networks."),
        Claim("other functions along the tunnel", {end: middle[end] / optima for end in middle}, above=HALF, ratio=True,
              because=MIDWAY, presumes=fit,
              sampling={end: of_errors(d, optima, examples=examples, ratio=True) for end, d in middle.items()},
              of="test disagreement of the middle with an end / disagreement of the ends",
              says="The middle of the tunnel is another function than both of its ends."),
        Claim("one ray, one function", {end: d - HALF * optima for end, d in short.items()}, below=0, origin="ours",
              because=MIDWAY, presumes=fit,
              sampling={end: of_errors(d, optima, examples=examples) for end, d in short.items()},
              of=f"test disagreement of {SHORT:g} theta with theta - {HALF:g} x disagreement of the ends",
              says=f"At {SHORT:g} of its length a network disagrees with itself less than half as often as with another one."),
        Claim("two optima are apart in their plane", rise["sector"], above=0, presumes=fit,
              of="lowest train nll on the ray through the middle of the segment - the higher of its ends",
              says="Whatever its length, the middle between two networks has a higher loss than both."),
    ]  # fmt: skip


def _at(table, reference, t, r=None, split="test", column="disagreement"):
    """By run, at the point that is nearest to t on a path, or to t and r of a cone."""
    rows = pick(table, split=split, reference=reference).reset_index(drop=True)
    off = (rows["u0"] - t).abs() + (0 if r is None else (rows["u1"] - r).abs())
    return rows.loc[off.groupby(rows["run"]).idxmin()].set_index("run")[column].sort_index()


def _ends(table, r=None):
    return np.maximum(*(_at(table, 0, t, r, "train", "nll") for t in (0, 1)))


def _rise(path):
    return pick(path, split="train").groupby("run")["nll"].max() - _ends(path)


def _wall(sector):
    middle = pick(sector, split="train", u0=0.5)
    return middle.groupby("run")["nll"].min() - _ends(sector, 1)
