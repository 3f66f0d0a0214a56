"""The claims of Benton et al. 2021 (arXiv 2102.13042) about complexes, sections 4.2 and 4.3: the loss is low in all the volume.

    rise = score inside - highest score at a vertex        of the train error, as mean over samples, and as worst of them
    barrier - (nll of the worst point found - highest nll at a vertex)        barrier of the segment between the modes

The last stage of a complex is looked at, all of its simplexes together. The worst point is found by ascent from the worst
sample, so it is a lower bound of the highest nll inside. A run is a complex; where it joins several modes, the lowest barrier
between two of them counts. The paper prints the least train accuracy of 25 samples; `margin`, and that the worst point is held
against the segment, are ours.
"""

from typing import Annotated

import pandas as pd

from lossland.claim import Claim, together
from lossland.options import Fraction
from lossland.published import numbers
from lossland.sheets import where

CAPTION = """
Each row holds one claim about the inside of a simplicial complex between trained networks, for n complexes (mean ± standard
deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the
wrong side; else our runs do not decide. In the paper (VGG16 on CIFAR-10) all of 25 samples are above 98 % train accuracy; it
looks for no worst point.
"""


def check(
    *,
    inside: Annotated[pd.DataFrame, "inside"],
    segments: Annotated[pd.DataFrame, "shape"],
    margin: Fraction = 0.01,
) -> list[Claim]:
    """Run i of `segments` joins modes of complex i; `margin` is how far the train error may rise.

    Raises ValueError where runs differ, or a table is not of the train split.
    """
    barriers = where(segments, split="train", quantity="nll").groupby("run")["barrier"].min()
    found = together({"inside": _inside(inside), "segments": barriers})
    rows, barrier = found["inside"], found["segments"]
    printed = numbers("benton2021", table="Figure 5", metric="train_accuracy_percent_min")
    least = 1 - printed["value"].item() / 100
    return [
        Claim(
            "low error in the mean",
            "Inside the complex the train error is as low as at its vertices.",
            "train error, mean over samples - the highest at a vertex, as a fraction",
            list(rows["error_mean"] - rows["error_vertices"]),
            [],
            below=margin,
        ),
        Claim(
            "low error of the worst sample",
            "No sample of the complex has a train error far above those of its vertices.",
            "train error, highest of the samples - the highest at a vertex, as a fraction",
            list(rows["error_max"] - rows["error_vertices"]),
            [],
            below=margin,
        ),
        Claim(
            "all samples are accurate",
            "All samples of the complex have at least the train accuracy that the paper finds.",
            "train error, highest of the samples, as a fraction",
            list(rows["error_max"]),
            [least],
            below=least,
        ),
        Claim(
            "no barrier inside",
            "The worst point found inside the complex rises less above its vertices than the segment between two modes does.",
            "barrier of the segment - rise of the worst point found, train nll [nats]",
            list(barrier - (rows["nll_worst"] - rows["nll_vertices"])),
            [],
            above=0,
        ),
    ]


def _inside(table):
    """By run, over the simplexes of the last stage: the mean of means, the highest of all else."""
    rows = where(table, split="train")
    last = rows[rows["stage"] == rows.groupby(["subspace", "run"])["stage"].transform("max")]
    how = dict.fromkeys(("error_max", "error_vertices", "nll_worst", "nll_vertices"), "max")
    return last.groupby(["subspace", "run"]).agg({"error_mean": "mean"} | how).droplevel("subspace")
