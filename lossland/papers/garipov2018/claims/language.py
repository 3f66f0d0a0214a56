"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about language models: Table 3, segment and Bezier curve.

    perplexity = exp(nll)            rise = highest nll on the path - mean of its two ends

The rise stands for the barrier, which is 0 of every curve that is nowhere above its ends, and numbers that are all equal no
test can use. A rise is small beside what a model has learned: train perplexities of 38 among 10,000 words, as the paper's, go
with an error of about two thirds, which is presumed. The paper prints the perplexities of one pair on Penn Treebank.
"""

import numpy as np
import pandas as pd

from lossland.papers.garipov2018.claims.curves import HALF_WAY, low
from lossland.papers.published import numbers
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained

FITTED = 0.7


def check(*, shapes: Table("shape")) -> list[Claim]:
    """`shapes` of series segment and Bezier."""
    segment, _ = paired(pick(shapes, split="train", quantity="nll"), "segment", "Bezier")
    fitted = pick(shapes, split="train", quantity="error", subspace="segment")[["start", "end"]]
    presumes = trained(fitted, below=FITTED)
    printed = numbers("garipov2018", table="Table 3").set_index(["method", "metric"])["value"]
    theirs = printed["Segment", "train_perplexity_max"] / printed["Single", "train_perplexity_max"]
    return [
        Claim("segment between language models", np.exp(segment["max"] - segment[["start", "end"]].max(axis=1)), ratio=True,
              above=theirs**0.5, because=HALF_WAY, published=theirs, presumes=presumes,
              of="highest train perplexity on the segment / at its ends",
              says="The train perplexity of a language model rises far above that of its ends on the segment."),
        *(_low(split, shapes, np.log(printed), presumes) for split in ("train", "test")),
    ]  # fmt: skip


def _low(split, shapes, printed, presumes):
    segment, bezier = paired(pick(shapes, split=split, quantity="nll"), "segment", "Bezier")
    luck = (bezier["luck"] ** 2).mean() ** 0.5 / segment["instability"].mean()
    (theirs,) = low(pd.DataFrame(printed).T, [f"{split}_perplexity"], ["Bezier"])
    return Claim(f"Bezier curve between language models: {split}", bezier["instability"] / segment["instability"],
                 below=theirs, because="what is printed, of one run", bar_of=1, published=theirs, presumes=presumes,
                 sampling=luck,
                 of=f"rise of the {split} nll on the Bezier curve / on the segment",
                 says=f"Beside the segment, the curve rises in {split} perplexity as little as the paper's.")  # fmt: skip
