"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about language models: Table 3, segment and Bezier curve.

    perplexity = exp(nll)            rise = highest nll on the path - mean of its two ends

The rise stands for the barrier, which is 0 of every curve that is nowhere above its ends, and numbers that are all equal no
test can use. The paper prints the perplexities of one pair on Penn Treebank.
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim


def check(*, shapes: Table("shape")) -> list[Claim]:
    """`shapes` of series segment and Bezier."""
    segment, _ = paired(pick(shapes, split="train", quantity="nll"), "segment", "Bezier")
    printed = numbers("garipov2018", table="Table 3").set_index(["method", "metric"])["value"]
    return [
        Claim("segment between language models", np.exp(segment["max"] - segment[["start", "end"]].max(axis=1)), ratio=True,
              above=5, because="five times: ours",
              published=printed["Segment", "train_perplexity_max"] / printed["Single", "train_perplexity_max"],
              of="highest train perplexity on the segment / at its ends",
              says="The train perplexity of a language model rises far above that of its ends on the segment."),
        *(_low(split, shapes, np.log(printed)) for split in ("train", "test")),
    ]  # fmt: skip


def _low(split, shapes, printed):
    segment, bezier = paired(pick(shapes, split=split, quantity="nll"), "segment", "Bezier")
    low, ends, curve, high = (
        printed[one, f"{split}_perplexity_{side}"]
        for one, side in (("Single", "min"), ("Single", "max"), ("Bezier", "max"), ("Segment", "max"))
    )
    ends = (low + ends) / 2
    return Claim(f"Bezier curve between language models: {split}", bezier["instability"] / segment["instability"], below=0.1,
                 because="a tenth: ours", published=(curve - ends) / (high - ends),
                 of=f"rise of the {split} nll on the Bezier curve / on the segment",
                 says=f"The {split} perplexity on the Bezier curve stays close to that of its ends.")  # fmt: skip
