"""The claims of Frankle et al. 2020 (arXiv 1912.05671), beside Fort et al. 2019, figure S3: when a run has settled.

The highest test error on the segment between two networks that went on from one training with other orders of the data, above
the mean of the two; a run is a training that was forked.

    instability = max_t error(t) - mean of both ends

The bound of linear connection is theirs, 2 % of test error. By them forks from the start are not connected linearly, forks
from some epoch on are, and that comes early in training: here from the last epoch on that was tried in its first quarter.
"""

from lossland.options import Count, Fraction
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained

CONNECTED, EARLY = 0.02, 0.25


def check(
    *, forks: Table("shape"), middles: Table("disagreement"), epochs: dict, length: Count, level: Fraction | None = None
) -> list[Claim]:
    """`epochs` says of each label at which of `length` epochs its networks parted, `middles` how often labels differ among the
    ends of each segment and its middle. Raises ValueError if there are not two epochs."""
    if len(epochs) < 2:
        raise ValueError(f"epochs is {epochs}; name two at least")
    errors, labels = pick(forks, quantity="error"), sorted(epochs, key=epochs.get)
    names = [f"forks at epoch {epochs[label]:g}" for label in labels]
    rows = zip(names, paired(pick(errors, split="test"), *labels), strict=True)
    below = {name: CONNECTED - part["instability"] for name, part in rows}
    luck = {name: _sampling(middles, label) for name, label in zip(names, labels, strict=True)}
    said = {"above": 0, "sampling": luck, "origin": "Frankle et al. 2020",
            "of": "by how much the instability of the test error, as a fraction, is on its side of the bound"}  # fmt: skip
    presumes = trained(pick(errors, split="train")[["start", "end"]].to_numpy(), below=level)
    early = [name for name, label in zip(names, labels, strict=True) if 0 < epochs[label] <= EARLY * length]
    settled = (early or names)[-1]
    share = f"the first {100 * EARLY:g} % of the training"
    return [
        Claim("late forks are connected linearly, forks at the start are not",
              {names[0]: -below[names[0]], names[-1]: below[names[-1]]}, **said, presumes=presumes,
              says=f"The instability is above {100 * CONNECTED:g} % of test error of {names[0]}, and below of {names[-1]}."),
        Claim("trainings are stable early", {name: below[name] for name in names[names.index(settled) :]}, **said,
              because="before the rate of the paper's networks first drops",
              presumes=presumes or (None if early else f"nothing was forked after the start and in {share}"),
              says=f"The instability is below {100 * CONNECTED:g} % of {settled}, in {share}, and of all later ones."),
    ]  # fmt: skip


def _sampling(middles, label):
    """Ends and middle err alike on the examples that they label alike."""
    rows = pick(middles, split="test", subspace=label)
    apart = rows[rows["second"] == rows["first"] + 1]["disagreement"]
    return of_errors(examples=rows["examples"], differ=apart)
