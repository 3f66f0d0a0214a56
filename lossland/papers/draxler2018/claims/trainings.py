"""The claims of Draxler et al. 2018 (arXiv 1803.00885), figure 6: a training comes late to the loss of the saddles.

    crossing = share of the training after which its train nll is below the saddle        log nll interpolated between snapshots

A run is a pair of minima: the training of the first, and the saddle of the band between the two. The share is compared, since
the epochs that the paper counts do not fit its steps and data.

In the paper the loss falls below the mean saddle after 52 % of the training of a ResNet-56 and after 78 % of that of a
DenseNet-100-12-BC on CIFAR-100. The dataset of the first is not known to us: it is taken for CIFAR-10.
"""

from typing import Literal

from lossland.options import Fraction, Label
from lossland.papers.published import numbers
from lossland.statistics.runs import by_run
from lossland.statistics.saddle_graph import crossings, untrained
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim, as_published

LATE, MARGIN = 0.5, 0.1
UNSTATED = ["(not stated in note)"]


def check(
    *,
    courses: Table("dynamics"),
    saddles: Table("saddles"),
    printed: dict[Label, str],
    dataset: Literal["CIFAR-10", "CIFAR-100"],
    level: Fraction | None = None,
) -> list[Claim]:
    """Of the same labels; a course has the run of its pair. `printed` and `dataset` as in `saddles`."""
    heights = by_label(pick(saddles, split="train", quantity="nll"))
    found = {label: crossings(rows, by_run(heights[label])["refined"]) for label, rows in by_label(courses).items()}
    words = {"of": "share of the training after which its train nll is below the saddle", "presumes": untrained(saddles, level)}
    claims = [
        Claim("below the saddles late", found, above=LATE, because="the earlier that is printed is after 52 %", **words,
              says="It takes most of a training to reach the loss of the saddles between its results.")
    ]  # fmt: skip
    for label, name in printed.items():
        sets = [dataset] + UNSTATED * (dataset == "CIFAR-10")
        known = numbers("draxler2018", metric="share_of_training", arch=name, dataset=sets)
        if len(known):
            claims.append(
                as_published(f"below the saddles: {name}", found[label], known["value"].item(), margin=MARGIN, **words,
                             because="a tenth of the training: snapshots are nearly that far apart",
                             says=f"The training comes below the saddles when it is printed to ({name}).")
            )  # fmt: skip
    return claims
