"""The claims of Benton et al. 2021 (arXiv 2102.13042) about complexes, sections 4.2 and 4.3: the loss is low in all the volume.

    share = (score inside - ends) / (highest score on the segment between the modes - ends),     ends = its higher end

of the train error, as mean over samples and as worst of them, and of the train nll at the worst point found by ascent from the
worst sample, a lower bound of the highest nll inside: 0 is as good as the modes, 1 as bad as the segment. The last stage of a
complex is looked at, all of its simplexes together. A run is a complex; where it joins several modes, the segment of the lowest
barrier counts. The paper prints the least train accuracy of 25 samples; a tenth and a fifth of the segment are ours.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, where
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the inside of a simplicial complex between trained networks, for n complexes (mean ± standard
deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the
wrong side; else our runs do not decide. In the paper (VGG16 on CIFAR-10) all of 25 samples are above 98 % train accuracy; it
looks for no worst point.
"""


MEAN, WORST = 0.1, 0.2  # shares of the segment


def check(*, inside: Table("inside"), segments: Table("shape")) -> list[Claim]:
    """Of the same runs: complexes, and the segments between their modes.

    Raises ValueError where runs differ, or a table is not of the train split.
    """
    errors, nlls = _lowest(segments, "error"), _lowest(segments, "nll")
    found = together({"inside": _inside(inside), "segments": errors, "nll of segments": nlls})
    rows, errors, nlls = found.values()
    printed = numbers("benton2021", table="Figure 5", metric="train_accuracy_percent_min")
    least = 1 - printed["value"].item() / 100
    return [
        Claim(
            name="low error in the mean",
            says="The mean train error inside the complex is a small part of that on the segment between the modes.",
            of="share of the train error, mean over samples",
            values=list(_share(rows["error_mean"], errors)),
            published=[],
            below=MEAN,
        ),
        Claim(
            name="low error of the worst sample",
            says="No sample of the complex has a train error near that on the segment between the modes.",
            of="share of the train error, highest of the samples",
            values=list(_share(rows["error_max"], errors)),
            published=[],
            below=WORST,
        ),
        Claim(
            name="all samples are accurate",
            says="All samples of the complex have at least the train accuracy that the paper finds.",
            of="train error, highest of the samples, as a fraction",
            values=list(rows["error_max"]),
            published=[least],
            below=least,
        ),
        Claim(
            name="no barrier inside",
            says="The worst point found inside the complex lies far below the barrier of the segment between the modes.",
            of="share of the train nll, worst point found",
            values=list(_share(rows["nll_worst"], nlls)),
            published=[],
            below=WORST,
        ),
    ]


def _lowest(segments, quantity):
    """By run, `ends` and `highest` of the segment of the lowest barrier."""
    rows = where(segments, split="train", quantity=quantity).sort_values("barrier").drop_duplicates("run")
    return pd.DataFrame({"run": rows["run"], "ends": rows[["start", "end"]].max(axis=1), "highest": rows["max"]}).set_index(
        "run"
    )


def _share(score, segment):
    return (score - segment["ends"]) / (segment["highest"] - segment["ends"])


def _inside(table):
    """By run, over the simplexes of the last stage: the mean of means, the highest of all else."""
    rows = where(table, split="train")
    last = rows[rows["stage"] == rows.groupby(["subspace", "run"])["stage"].transform("max")]
    how = {"error_mean": "mean", "error_max": "max", "nll_worst": "max"}
    return last.groupby(["subspace", "run"]).agg(how).droplevel("subspace")
