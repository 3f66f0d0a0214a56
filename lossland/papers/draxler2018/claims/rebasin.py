"""Re-basin beside the paths of Draxler et al. 2018 (arXiv 1803.00885): a segment's barrier, hidden units in one order.

    barrier = highest value on the segment (refined) - mean of its ends
    removed = 1 - barrier to the matched network / barrier to the network as trained          none where the latter is not > 0
    trend   = slope of `removed` over 0, 1, 2, ..., the widths in order                       of the pairs with one run number

Ainsworth et al. 2022 (arXiv 2209.04836) claim that matching lowers it, the more the wider the networks; Jordan et al. 2022
(arXiv 2211.08403) that networks whose activations are rescaled (REPAIR; in networks with batch norm, recalibration) lower it
further. None of it is a claim of Draxler et al. Networks of different widths are different, so that runs are compared in the
order of their numbers. The pairs of one width share no network, or those that do are left out.
"""

import numpy as np

from lossland.statistics.tables import Table, entries, rises
from lossland.statistics.verdicts import Claim, together, unshared

CAPTION = """
Each row holds one claim about the barrier of the segment between two networks, before and after the hidden units of one are
matched with those of the other (mean ± standard deviation over n pairs of networks). A claim holds if a one-sided t-test
against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. By
Ainsworth et al. 2022 matching removes the barrier between wide networks, and less of it between narrow ones.
"""
SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}


def check(*, saddles: Table("saddles"), widths: list[list[str]], repaired: list[list[str]] = ()) -> list[Claim]:
    """`widths` lists [segment, segment to the matched network, name], from narrow to wide; `repaired` [segment to the matched
    network, the same repaired, name]. Raises ValueError where runs differ.
    """
    claims, removed = [], {}
    for line, matched, name in entries("widths", widths, "segment", "segment to the matched network", "name"):
        claims += [_lowered("matching", name, _barriers(saddles, line, matched, what), what) for what in SCORES]
        before, after = _barriers(saddles, line, matched, ("train", "nll"))
        removed[name] = 1 - after / before.where(before > 0)
    for matched, more, name in entries("repaired", repaired, "segment", "repaired segment", "name") if repaired else []:
        claims += [_lowered("repair", name, _barriers(saddles, matched, more, what), what) for what in SCORES]
    return [*claims, _trend(removed)] if len(removed) > 1 else claims


def _barriers(saddles, before, after, what):
    """(before, after): barriers of pairs of networks that share none, by run."""
    rows = {subspace: rises(saddles, subspace, "saddles", *what) for subspace in (before, after)}
    apart = unshared(rows[before]).index
    return [found["rise"][apart] for found in together(rows).values()]


def _lowered(how, name, barriers, what):
    before, after = barriers
    return Claim(
        name=f"{how} lowers the barrier: {' '.join(what)}, {name}",
        says=f"The segment's barrier is lower after {how} than before ({name}).",
        of=f"{SCORES[what]}: barrier before - after",
        values=list(before - after),
        published=[],
        above=0,
    )


def _trend(removed):
    values = np.stack(list(together(removed).values()))
    place = np.arange(len(values)) - (len(values) - 1) / 2
    return Claim(
        name="matching removes more between wide networks",
        says="The wider the networks, the more of the segment's barrier is removed by matching.",
        of=f"slope of the removed share of the train nll's barrier from {' to '.join(removed)}, for each step",
        values=list(place @ values / (place @ place)),
        published=[],
        above=0,
    )
