"""The claims of Benton et al. 2021 (arXiv 2102.13042) about complexes, section 4.2: the loss is low in all the volume.

    share = (score inside - ends) / (highest score on the segment between the modes - ends),     ends = its higher end

of the train error of the worst of the samples, and of the train nll at the worst point found by ascent from it, a lower bound
of the highest inside: 0 is as good as the modes, 1 as bad as the segment. The last stage of a complex counts, all of its
simplexes together; if it joins several modes, the segment of the lowest barrier. The paper looks for no worst point.
"""

from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import UNTRAINED, Table, pick
from lossland.statistics.verdicts import Claim, trained

LOW = 0.2  # share of the segment


def check(*, inside: Table("inside"), segments: Table("shape")) -> list[Claim]:
    """Of the same runs: complexes, and the segments between their modes."""
    errors, nlls = (_lowest(pick(segments, split="train", quantity=q)) for q in ("error", "nll"))
    found = {"inside": last_stage(inside), "segments": errors, "nll of segments": nlls}
    rows, errors, nlls = together(found).values()
    bar = {"below": LOW, "because": "a fifth of the segment's rise: ours",
           "presumes": trained(errors[["start", "end"]], below=UNTRAINED)}  # fmt: skip
    return [
        Claim("low error in all the volume", share(rows["error_max"], errors), **bar,
              of="share of the train error: highest of the samples",
              says="No sample of the complex has a train error near that on the segment between the modes."),
        Claim("no barrier inside", share(rows["nll_worst"], nlls), **bar, origin="ours",
              of="share of the train nll: worst point found",
              says="The worst point found inside the complex lies far below the barrier of the segment between the modes."),
    ]  # fmt: skip


def last_stage(table):
    """The highest of each score by run, over the simplexes of the last stage."""
    rows = pick(table, split="train")
    last = rows[rows["stage"] == rows.groupby("run")["stage"].transform("max")]
    return last.groupby("run")[["error_max", "error_vertices", "nll_worst"]].max()


def share(score, segment):
    ends = segment[["start", "end"]].max(axis=1)
    return (score - ends) / (segment["max"] - ends)


def _lowest(segments):
    """By run, the segment of the lowest barrier."""
    return by_run(segments.sort_values("barrier").drop_duplicates("run"))
