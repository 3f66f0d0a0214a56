"""The claim of Garipov et al. 2018 (arXiv 1802.10026) about language models: Table 3, segment and Bezier curve.

    perplexity = exp(nll)

It rises on the segment between two models and not on a curve. The paper prints one pair on Penn Treebank; "far higher" is
taken as five times, "as low as" by the worst that it prints for any split.
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(*, shapes: Table("shape")) -> list[Claim]:
    """`shapes` of series segment and Bezier."""
    segment, bezier = paired(pick(shapes, split="train", quantity="nll"), "segment", "Bezier")
    printed = numbers("garipov2018", table="Table 3").set_index(["method", "metric"])["value"]
    train = "train_perplexity_max"
    low = [
        printed["Bezier", f"{s}_perplexity_max"] / printed["Single", f"{s}_perplexity_max"] for s in ("train", "val", "test")
    ]
    return [
        Claim("segment between language models", np.exp(segment["max"] - bezier["max"]), above=5,
              published=printed["Segment", train] / printed["Bezier", train],
              of="highest train perplexity on the segment / on the Bezier curve",
              says="The train perplexity of a language model rises far higher on the segment than on the Bezier curve."),
        Claim("Bezier curve between language models", np.exp(bezier["max"] - segment[["start", "end"]].max(axis=1)),
              below=max(low), published=low,
              of="highest train perplexity on the Bezier curve / at the ends",
              says="The train perplexity on the Bezier curve stays as low as at its ends."),
    ]  # fmt: skip
