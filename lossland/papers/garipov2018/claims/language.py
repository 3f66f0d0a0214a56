"""The claim of Garipov et al. 2018 (arXiv 1802.10026) about language models: Table 3, segment and Bezier curve.

perplexity = exp(nll); "far higher" is taken as five times, "as low as" by the worst that Table 3 prints for any split
"""

from typing import Annotated

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.verdicts import Claim, paired

CAPTION = """
The claim of Table 3, that the perplexity of a language model rises on the segment between two of them and not on a curve: what
was measured, what the paper prints for one pair on Penn Treebank, the bar, and ours (mean ± standard deviation over n pairs).
It holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side.
"""


def check(*, segment: Annotated[pd.DataFrame, "shape"], bezier: Annotated[pd.DataFrame, "shape"]) -> list[Claim]:
    rows = paired({"segment": segment, "bezier": bezier}, "train", "nll")
    ends = rows["segment"][["start", "end"]].max(axis=1)
    printed = numbers("garipov2018", table="Table 3").set_index(["metric", "method"])["value"]
    highest = {s: printed[f"{s}_perplexity_max"] for s in ("train", "val", "test")}
    low = [h["Bezier"] / h["Single"] for h in highest.values()]
    return [
        Claim(
            "segment between language models",
            "The train perplexity of a language model rises far higher on the segment than on the Bezier curve.",
            "highest train perplexity on the segment / on the Bezier curve",
            list(np.exp(rows["segment"]["max"] - rows["bezier"]["max"])),
            [highest["train"]["Segment"] / highest["train"]["Bezier"]],
            above=5,
        ),
        Claim(
            "Bezier curve between language models",
            "The train perplexity on the Bezier curve stays as low as at its ends.",
            "highest train perplexity on the Bezier curve / at the ends",
            list(np.exp(rows["bezier"]["max"] - ends)),
            low,
            below=max(low),
        ),
    ]
