"""How late two trainings may part (beside Fort et al. 2019, arXiv 1912.02757, figure S3): when it is decided where they go.

The highest test error on the segment between two networks that went on from one training with other orders of the data, above
the mean of the two; a run is a training that was forked.

    instability = max_t error(t) - mean of both ends

In Frankle et al. 2020 (arXiv 1912.05671), who define it and the bar of linear connection, 2 % of test error, forks from the
start are not connected linearly, and forks from some epoch on are.
"""

from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

CONNECTED = 0.02


def check(*, forks: Table("shape"), epochs: dict) -> list[Claim]:
    """`epochs` says of each label at which epoch its networks parted. Raises ValueError if there are not two."""
    if len(epochs) < 2:
        raise ValueError(f"epochs is {epochs}; name two at least")
    first, *_, last = sorted(epochs, key=epochs.get)
    rows = paired(pick(forks, split="test", quantity="error"), first, last)
    early, late = (part["instability"] for part in rows)
    return [
        Claim("later forks are less unstable", early - late, origin="Frankle et al. 2020", above=0,
              of="instability of the test error, as a fraction: the earliest fork - the latest",
              says=f"Forks at epoch {epochs[last]:g} have a lower instability than forks at epoch {epochs[first]:g}."),
        Claim("late forks are connected linearly", late, origin="Frankle et al. 2020", below=CONNECTED,
              of="instability of the test error, as a fraction",
              says=f"Forks at epoch {epochs[last]:g} have an instability below {100 * CONNECTED:g} % of test error."),
    ]  # fmt: skip
