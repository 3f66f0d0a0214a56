"""The claims of Benton et al. 2021 (arXiv 2102.13042) about complexes, section 4.2: the loss is low in all the volume.

    train error of the worst of the samples, and of the point found by ascent of the loss from the highest of them

Inside lie networks that are as good as trained ones if they err on less than such are presumed to. The last stage of a complex
counts, all of its simplexes together. There is something to avoid only if networks on the segments between the modes are
worse. The paper looks at samples only.
"""

import pandas as pd

from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import UNTRAINED, Table, latest, pick
from lossland.statistics.verdicts import Claim, trained

BAR = {"below": UNTRAINED, "because": "what errs less counts as trained here"}


def check(*, inside: Table("inside"), segments: Table("shape")) -> list[Claim]:
    """Of the same runs: complexes, and the segments between their modes."""
    lowest = pick(segments, split="train", quantity="error").sort_values("barrier").drop_duplicates("run")
    inside, segments = together({"inside": last_stage(inside), "segments": by_run(lowest)}).values()
    bar = BAR | {"presumes": trained(segments[["start", "end"]]) or no_barrier(segments["max"])}
    return [
        Claim("low error in all the volume", inside["highest"], **bar, of="train error of the worst point found, as a fraction",
              says="Every point of the complex between modes has a low train error, where the segments between them do not."),
    ]  # fmt: skip


def last_stage(table):
    """The highest train errors by run, of the points inside and of the vertices, over the simplexes of the last stage."""
    rows = pick(table, split="train")
    worst = latest(rows, "stage", ["run"]).groupby("run")[["error_max", "error_worst", "error_vertices"]].max()
    return pd.DataFrame({"highest": worst[["error_max", "error_worst"]].max(axis=1), "vertices": worst["error_vertices"]})


def no_barrier(highest) -> str | None:
    """What is said if networks on segments are as good as trained ones, by the highest train error of each."""
    return None if highest.min() >= UNTRAINED else f"a segment rises to {100 * highest.min():.0f} % train error only"
