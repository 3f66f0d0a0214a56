"""Re-basin beside the paths of Draxler et al. 2018 (arXiv 1803.00885): a segment's barrier, hidden units in one order.

    barrier = highest train nll on the segment (refined) - mean of its ends
    removed = 1 - barrier to the matched network / barrier to the network as trained          none if the latter is not > 0
    trend   = slope of `removed` over 0, 1, 2, ..., the widths in order                       of the pairs with one run number

Networks of different widths are different, so that runs are compared in the order of their numbers.

Ainsworth et al. 2022 (arXiv 2209.04836) claim that matching removes the barrier between wide networks, and less of it between
narrow ones; Jordan et al. 2022 (arXiv 2211.08403) that networks whose activations are rescaled (REPAIR; in networks with batch
norm, recalibration) have a lower one yet. None of it is a claim of Draxler et al.
"""

import numpy as np

from lossland.options import Label
from lossland.statistics.runs import paired, together
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, pick, risen
from lossland.statistics.verdicts import Claim


def check(*, saddles: Table("saddles"), kinds: dict[str, list[Label]], networks: list[str]) -> list[Claim]:
    """`kinds` maps "as trained", "matched" and, if they are, "repaired" to the labels of the segments of the `networks`, from
    narrow to wide. Raises ValueError if runs differ."""
    rows, (before, *after) = risen(pick(saddles, split="train", quantity="nll")), kinds.values()
    barriers = {name: [one["rise"] for one in paired(rows, *labels)]
                for name, *labels in zip(networks, before, *after, strict=True)}  # fmt: skip
    presumed = {"presumes": untrained(saddles)}
    claims = [_lowered("matching", barriers, 0, "Ainsworth et al. 2022", presumed)]
    if "repaired" in kinds:
        claims.append(_lowered("repair", barriers, 1, "Jordan et al. 2022", presumed))
    removed = {name: 1 - matched / trained.where(trained > 0) for name, (trained, matched, *_) in barriers.items()}
    return [*claims, _trend(removed, presumed)] if len(removed) > 1 else claims


def _lowered(how, barriers, before, origin, presumed):
    lower = {name: found[before] - found[before + 1] for name, found in barriers.items()}
    return Claim(f"{how} lowers the barrier", lower, origin=origin, above=0, **presumed,
                 of="train nll [nats]: barrier before - after",
                 says=f"The barrier of the segment is lower after {how} than before, whatever the width.")  # fmt: skip


def _trend(removed, presumed):
    values = np.stack(list(together(removed).values()))
    place = np.arange(len(values)) - (len(values) - 1) / 2
    return Claim("matching removes more between wide networks", place @ values / (place @ place), above=0, **presumed,
                 origin="Ainsworth et al. 2022",
                 of=f"slope of the removed share of the train nll's barrier from {' to '.join(removed)}, for each step",
                 says="The wider the networks, the more of the segment's barrier is removed by matching.")  # fmt: skip
