"""Re-basin beside the paths of Draxler et al. 2018 (arXiv 1803.00885): a segment's barrier, hidden units in one order.

    barrier = highest value on the segment (refined) - mean of its ends
    removed = 1 - barrier to the matched network / barrier to the network as trained          none if the latter is not > 0
    trend   = slope of `removed` over 0, 1, 2, ..., the widths in order                       of the pairs with one run number

Networks of different widths are different, so that runs are compared in the order of their numbers. The pairs of one width
share no network, or those that do are left out.

Ainsworth et al. 2022 (arXiv 2209.04836) claim that matching removes the barrier between wide networks, and less of it between
narrow ones; Jordan et al. 2022 (arXiv 2211.08403) that networks whose activations are rescaled (REPAIR; in networks with batch
norm, recalibration) have a lower one yet. None of it is a claim of Draxler et al.
"""

import numpy as np

from lossland.options import Label
from lossland.statistics.runs import paired, together, unshared
from lossland.statistics.tables import Table, pick, risen
from lossland.statistics.verdicts import Claim

SCORES = {("train", "nll"): "train nll [nats]", ("test", "error"): "test error, as a fraction"}


def check(*, saddles: Table("saddles"), kinds: dict[str, list[Label]], networks: list[str]) -> list[Claim]:
    """`kinds` maps "as trained", "matched" and, if they are, "repaired" to the labels of the segments of the `networks`, from
    narrow to wide. Raises ValueError if runs differ."""
    claims, removed = [], {}
    for name, line, matched in zip(networks, kinds["as trained"], kinds["matched"], strict=True):
        claims += [_lowered("matching", name, what, *_barriers(saddles, line, matched, what)) for what in SCORES]
        before, after = _barriers(saddles, line, matched, ("train", "nll"))
        removed[name] = 1 - after / before.where(before > 0)
    for name, matched, more in zip(networks, kinds["matched"], kinds.get("repaired", []), strict=False):
        claims += [_lowered("repair", name, what, *_barriers(saddles, matched, more, what)) for what in SCORES]
    return [*claims, _trend(removed)] if len(removed) > 1 else claims


def _barriers(saddles, before, after, what):
    """The barriers of pairs of networks that share none, by run."""
    split, quantity = what
    rows = paired(risen(pick(saddles, split=split, quantity=quantity)), before, after)
    apart = unshared(rows[0]).index
    return [found["rise"][apart] for found in rows]


def _lowered(how, name, what, before, after):
    return Claim(f"{how} lowers the barrier: {' '.join(what)}, {name}", before - after, origin="Ainsworth et al. 2022", above=0,
                 of=f"{SCORES[what]}: barrier before - after",
                 says=f"The segment's barrier is lower after {how} than before ({name}).")  # fmt: skip


def _trend(removed):
    values = np.stack(list(together(removed).values()))
    place = np.arange(len(values)) - (len(values) - 1) / 2
    return Claim("matching removes more between wide networks", place @ values / (place @ place), above=0,
                 origin="Ainsworth et al. 2022",
                 of=f"slope of the removed share of the train nll's barrier from {' to '.join(removed)}, for each step",
                 says="The wider the networks, the more of the segment's barrier is removed by matching.")  # fmt: skip
