"""The claims of Ainsworth et al. 2023 (Git Re-Basin, arXiv 2209.04836) about training time: matching comes to work with it.

    removed = 1 - barrier to the matched network / barrier to the network as trained          none if the latter is not > 0

of the train nll. By the paper networks are hard to connect after their initialisation, and barriers vanish as they are
trained.
"""

from lossland.options import Fraction, Label
from lossland.papers.ainsworth2023.claims.barriers import LEFT, WHY, barriers, removed
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(*, saddles: Table("saddles"), kinds: dict[str, list[Label]], level: Fraction | None = None) -> list[Claim]:
    """`kinds` maps "as trained" and "matched" to the labels of the segments, from the first epoch to the last. Raises
    ValueError if runs differ."""
    found = {label: removed(one) for label, one in barriers(saddles, kinds, kinds["as trained"], "nll").items()}
    first, last = (found[kinds["as trained"][i]] for i in (0, -1))
    fit = untrained(pick(saddles, subspace=kinds["as trained"][-1]), level)
    return [
        Claim("matching removes more at the end", last - first, above=0, presumes=fit,
              of="removed share of the train nll's barrier, at the end - at the first epoch",
              says="At the end of the training matching removes more of the barrier than early in it."),
        Claim("early a barrier is left", first, below=1 - LEFT, because=WHY, presumes=fit,
              of="removed share of the train nll's barrier, at the first epoch",
              says="Early in the training a barrier is left after matching."),
    ]  # fmt: skip
