"""The claim of Garipov et al. 2018 (arXiv 1802.10026) about language models: Table 3, segment and Bezier curve.

perplexity = exp(nll); "far higher" is taken as five times, "as low as" by the worst that Table 3 prints for any split
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables

CAPTION = """
The claim of Table 3, that the perplexity of a language model rises on the segment between two of them and not on a curve: what
was measured, what the paper prints for one pair on Penn Treebank, the bar, and ours (mean ± standard deviation over n pairs).
It holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side.
"""


def check(*, segment: Table("shape"), bezier: Table("shape")) -> list[Claim]:
    rows = paired_tables({"segment": segment, "bezier": bezier}, "train", "nll")
    ends = rows["segment"][["start", "end"]].max(axis=1)
    printed = numbers("garipov2018", table="Table 3").set_index(["metric", "method"])["value"]
    highest = {s: printed[f"{s}_perplexity_max"] for s in ("train", "val", "test")}
    low = [h["Bezier"] / h["Single"] for h in highest.values()]
    return [
        Claim(
            name="segment between language models",
            says="The train perplexity of a language model rises far higher on the segment than on the Bezier curve.",
            of="highest train perplexity on the segment / on the Bezier curve",
            values=list(np.exp(rows["segment"]["max"] - rows["bezier"]["max"])),
            published=[highest["train"]["Segment"] / highest["train"]["Bezier"]],
            above=5,
        ),
        Claim(
            name="Bezier curve between language models",
            says="The train perplexity on the Bezier curve stays as low as at its ends.",
            of="highest train perplexity on the Bezier curve / at the ends",
            values=list(np.exp(rows["bezier"]["max"] - ends)),
            published=low,
            below=max(low),
        ),
    ]
