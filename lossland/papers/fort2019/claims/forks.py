"""The claims about forks beside Fort et al. 2019 (arXiv 1912.02757), figure S3: when a training has decided where it goes.

    instability = max_t error(t) - mean of both ends       on the segment between two ends of one training, forked at an epoch

The bar of linear connection, 2 % of test error, is that of Frankle et al. 2020 (arXiv 1912.05671), who define instability. A
run is a training that was forked; its forks are compared with one another.
"""

from lossland.statistics.tables import Table, entries, where
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about pairs of networks that went on from one training with other orders of the data: the highest
test error between them above the mean of their ends, for n trainings (mean ± standard deviation). A claim holds if a one-sided
t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide.
In Frankle et al. 2020 forks from the start are not connected linearly, and forks from some epoch on are.
"""
CONNECTED = 0.02


def check(*, forks: Table("shape"), epochs: list[list[str | float]]) -> list[Claim]:
    """`epochs` lists [subspace, epoch] of the segments in `forks`, and when their ends parted.

    Raises ValueError where there are not two epochs at least, or their runs differ.
    """
    names = {epoch: subspace for subspace, epoch in entries("epochs", epochs, "subspace", "epoch")}
    if len(names) < max(2, len(epochs)) or any(isinstance(epoch, str) for epoch in names):
        raise ValueError(f"epochs is {epochs}; list [subspace, epoch] of two epochs at least, each once")
    errors = where(forks, split="test", quantity="error")
    parts = {epoch: where(errors, subspace=names[epoch]) for epoch in (min(names), max(names))}
    early, late = together({names[e]: part.set_index("run")["instability"] for e, part in parts.items()}).values()
    return [
        Claim(
            name="later forks are less unstable",
            says=f"Forks at epoch {max(names):g} have a lower instability than forks at epoch {min(names):g}.",
            of="instability of the test error, as a fraction: the earliest fork - the latest",
            values=list(early - late),
            published=[],
            above=0,
        ),
        Claim(
            name="late forks are connected linearly",
            says=f"Forks at epoch {max(names):g} have an instability below {100 * CONNECTED:g} % of test error.",
            of="instability of the test error, as a fraction",
            values=list(late),
            published=[],
            below=CONNECTED,
        ),
    ]
