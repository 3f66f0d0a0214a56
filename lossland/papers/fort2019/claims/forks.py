"""The claims of Frankle et al. 2020 (arXiv 1912.05671), beside Fort et al. 2019, figure S3: when a run has settled.

The highest test error on the segment between two networks that went on from one training with other orders of the data, above
the mean of the two; a run is a training that was forked.

    instability = max_t error(t) - mean of both ends        onset = first epoch of forking from which on it is below the bound

The bound of linear connection is theirs, 2 % of test error. By them forks from the start are not connected linearly, forks
from some epoch on are, and that comes early in training. The onset is that of the epochs that were tried, and the end of
training if none of them does.
"""

import numpy as np

from lossland.options import Count
from lossland.papers.fort2019.claims import TRAINED
from lossland.statistics.barrier import onset
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained

CONNECTED, EARLY = 0.02, 0.25


def check(*, forks: Table("shape"), middles: Table("disagreement"), epochs: dict, length: Count) -> list[Claim]:
    """`epochs` says of each label at which of `length` epochs its networks parted, `middles` how often labels differ among the
    ends of each segment and its middle. Raises ValueError if there are not two epochs."""
    if len(epochs) < 2:
        raise ValueError(f"epochs is {epochs}; name two at least")
    errors, labels = pick(forks, quantity="error"), sorted(epochs, key=epochs.get)
    heights = [part["instability"] for part in paired(pick(errors, split="test"), *labels)]
    said = {"origin": "Frankle et al. 2020",
            "presumes": trained(pick(errors, split="train")[["start", "end"]].to_numpy(), below=TRAINED)}  # fmt: skip
    first, last = (f"forks at epoch {epochs[label]:g}" for label in (labels[0], labels[-1]))
    begin = onset([epochs[label] for label in labels], np.stack(heights, axis=-1), CONNECTED, length)
    return [
        Claim("late forks are connected linearly, forks at the start are not",
              {first: heights[0] - CONNECTED, last: CONNECTED - heights[-1]}, above=0, **said,
              sampling={first: _sampling(middles, labels[0]), last: _sampling(middles, labels[-1])},
              of="by how much the instability of the test error, as a fraction, is on its side of the bound",
              says=f"The instability is above {100 * CONNECTED:g} % of test error of {first}, and below of {last}."),
        Claim("trainings are stable early", begin / length, below=EARLY, **said,
              because="before the rate of the paper's networks first drops",
              of="onset of linear connection, as a share of the training",
              says=f"Forks are connected linearly from an epoch on in the first {100 * EARLY:g} % of the training."),
    ]  # fmt: skip


def _sampling(middles, label):
    """Ends and middle err alike on the examples that they label alike."""
    rows = pick(middles, split="test", subspace=label)
    apart = rows[rows["second"] == rows["first"] + 1]["disagreement"]
    return of_errors(examples=rows["examples"], differ=apart)
