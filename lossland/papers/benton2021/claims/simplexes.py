"""The claims of Benton et al. 2021 (arXiv 2102.13042) about complexes, sections 4.2 and 4.3: the loss is low in all the volume.

    share = (score inside - ends) / (highest score on the segment between the modes - ends),     ends = its higher end

of the train error, as mean over samples and as worst of them, and of the train nll at the worst point found by ascent from the
worst sample, a lower bound of the highest nll inside: 0 is as good as the modes, 1 as bad as the segment. The last stage of a
complex counts, all of its simplexes together; if it joins several modes, the segment of the lowest barrier.

In the paper (VGG16 on CIFAR-10) all of 25 samples are above 98 % train accuracy; it looks for no worst point. A tenth and a
fifth of the segment are ours.
"""

from lossland.papers.published import numbers
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

MEAN, WORST = 0.1, 0.2  # shares of the segment


def check(*, inside: Table("inside"), segments: Table("shape")) -> list[Claim]:
    """Of the same runs: complexes, and the segments between their modes."""
    errors, nlls = (_lowest(pick(segments, split="train", quantity=q)) for q in ("error", "nll"))
    rows, errors, nlls = together({"inside": _inside(inside), "segments": errors, "nll of segments": nlls}).values()
    printed = numbers("benton2021", table="Figure 5", metric="train_accuracy_percent_min")
    least = 1 - printed["value"].item() / 100
    return [
        Claim("low error in the mean", _share(rows["error_mean"], errors), below=MEAN,
              of="share of the train error, mean over samples",
              says="The mean train error inside the complex is a small part of that on the segment between the modes."),
        Claim("low error of the worst sample", _share(rows["error_max"], errors), below=WORST,
              of="share of the train error, highest of the samples",
              says="No sample of the complex has a train error near that on the segment between the modes."),
        Claim("all samples are accurate", rows["error_max"], below=least, published=least,
              of="train error, highest of the samples, as a fraction",
              says="All samples of the complex have at least the train accuracy that the paper finds."),
        Claim("no barrier inside", _share(rows["nll_worst"], nlls), below=WORST,
              of="share of the train nll, worst point found",
              says="The worst point found inside the complex lies far below the barrier of the segment between the modes."),
    ]  # fmt: skip


def _lowest(segments):
    """By run, the segment of the lowest barrier."""
    return by_run(segments.sort_values("barrier").drop_duplicates("run"))


def _share(score, segment):
    ends = segment[["start", "end"]].max(axis=1)
    return (score - ends) / (segment["max"] - ends)


def _inside(table):
    """By run, over the simplexes of the last stage: the mean of means, the highest of all else."""
    rows = pick(table, split="train")
    last = rows[rows["stage"] == rows.groupby("run")["stage"].transform("max")]
    return last.groupby("run").agg({"error_mean": "mean", "error_max": "max", "nll_worst": "max"})
