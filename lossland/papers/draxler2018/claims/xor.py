"""The claims of Draxler et al. 2018 (arXiv 1803.00885, section 5) about XOR: to swap two hidden units takes a spare one.

    rise = highest train nll on a band (refined) - mean of its ends
    the ends: a network, and itself with the two units exchanged that are needed most (`permute`, order: exchanged)

Two hidden units are just enough for XOR. Swapped without a third, they must pass a point where the network fails; a spare unit
can take over. Spare is here each unit beyond two: that the network does as well without it is not checked, and a training can
put all three to use. A barrier is what one of the four examples adds to the mean nll if the network knows nothing of it, ln 2
/ 4. A run is a network; those of different sizes are compared in the order of their numbers.

The paper explains by this example why networks with more units than they need have no barriers.
"""

import numpy as np

from lossland.options import Count
from lossland.statistics.runs import by_run, together
from lossland.statistics.saddle_graph import untrained
from lossland.statistics.tables import Table, by_label, pick, risen
from lossland.statistics.verdicts import Claim

LOST, WHY = np.log(2) / 4, "what one of the four examples adds if the network knows nothing of it"


def check(*, bands: Table("saddles"), units: list[Count]) -> list[Claim]:
    """`units` are the numbers of hidden units of each label, first two. Raises ValueError if runs differ."""
    rows = by_label(risen(pick(bands, split="train", quantity="nll")))
    bare, *more = together({label: by_run(own)["rise"] for label, own in rows.items()}).values()
    presumed = {"presumes": untrained(bands)}
    claims = [
        Claim("no swap without a spare unit", bare, above=LOST, because=WHY, **presumed,
              of="rise of the train nll on the band [nats]",
              says="Two hidden units that are both needed cannot be swapped without a barrier.")
    ]  # fmt: skip
    return claims + [
        Claim(f"more units remove the barrier: {n}", spared, below=LOST, because=WHY, **presumed,
              of=f"rise of the train nll on the band [nats], with {n} units",
              says=f"Among {n} hidden units the two that are needed most are swapped with hardly a barrier.")
        for n, spared in zip(units[1:], more, strict=True)
    ]  # fmt: skip
