"""The claims of Ainsworth et al. 2023 (Git Re-Basin, arXiv 2209.04836) about barriers, hidden units in one order.

    barrier = highest on the segment (refined) - mean of its ends        of the train nll, and of the train error
    removed = 1 - barrier to the matched network / barrier to the network as trained          none if the latter is not > 0
    trend   = slope of `removed` over 0, 1, 2, ..., the widths in order                       of the pairs with one run number

Networks of different widths are different, so that runs are compared in the order of their numbers.

By the paper matching leaves no barrier between wide networks, and more of it between narrow ones. By Jordan et al. 2022 (arXiv
2211.08403) networks whose activations are rescaled (REPAIR; in networks with batch norm, recalibration) have a lower one yet.
By Theus et al. 2025 (arXiv 2506.22712) transformers need more than permutations: there with rotations of the residual stream
too, and of networks of another size. Nothing is claimed of permutations of transformers in the paper.
"""

import numpy as np

from lossland.options import Fraction, Label
from lossland.statistics.runs import paired, together
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, pick, risen
from lossland.statistics.verdicts import Claim

SOURCES = {"matched": ("matching", "this paper"), "rotated": ("rotation", "Theus et al. 2025"),
           "repaired": ("repair", "Jordan et al. 2022")}  # fmt: skip
LEFT = 0.1
WHY = "a tenth of the barrier is hardly seen in figure 2"


def check(
    *, saddles: Table("saddles"), kinds: dict[str, list[Label]], networks: list[str], level: Fraction | None = None
) -> list[Claim]:
    """`kinds` maps "as trained", "matched" and, if they are, "rotated" and "repaired" to the labels of the segments of the
    `networks`, from narrow to wide. Raises ValueError if runs differ."""
    nll, error = (barriers(saddles, kinds, networks, quantity) for quantity in ("nll", "error"))
    presumed, claims, ours = {"presumes": untrained(saddles, level)}, [], {"origin": "ours"} if "rotated" in kinds else {}
    for before, kind in zip(kinds, list(kinds)[1:], strict=False):
        how, origin = SOURCES[kind]
        parts = {f"{name}, {quantity}": found[name][before] - found[name][kind]
                 for quantity, found in {"nll": nll, "error": error}.items() for name in networks}  # fmt: skip
        claims.append(Claim(f"{how} lowers the barrier", parts, above=0, **presumed | {"origin": origin} | ours,
                            of="train nll [nats] and train error: barrier before - after",
                            says=f"The barrier of the segment is lower after {how}, whatever the width."))  # fmt: skip
    best, shares = ("rotated" if ours else "matched"), {name: removed(found) for name, found in nll.items()}
    claims.append(Claim("no barrier is left", removed(nll[networks[-1]], best), above=1 - LEFT, because=WHY, **presumed | ours,
                        of=f"removed share of the train nll's barrier between networks {networks[-1]}, {best}",
                        says=f"Between the widest networks, {best}, there is no barrier."))  # fmt: skip
    return [*claims, _trend(shares, presumed)] if len(networks) > 1 else claims


def barriers(saddles, kinds, names, quantity) -> dict:
    """name -> kind -> barriers of the train `quantity` by run; each kind has a label for each of the names."""
    rows = risen(pick(saddles, split="train", quantity=quantity))
    return {name: dict(zip(kinds, (one["rise"] for one in paired(rows, *labels)), strict=True))
            for name, *labels in zip(names, *kinds.values(), strict=True)}  # fmt: skip


def removed(found, kind="matched"):
    """The share of the barriers of one network, by kind, that is gone."""
    return 1 - found[kind] / found["as trained"].where(found["as trained"] > 0)


def _trend(shares, presumed):
    values = np.stack(list(together(shares).values()))
    place = np.arange(len(values)) - (len(values) - 1) / 2
    return Claim("matching removes more between wide networks", place @ values / (place @ place), above=0, **presumed,
                 of=f"slope of the removed share of the train nll's barrier from {' to '.join(shares)}, for each step",
                 says="The wider the networks, the more of the segment's barrier is removed by matching.")  # fmt: skip
