"""The claim of Draxler et al. 2018 (arXiv 1803.00885, section 4) that minima err on different examples.

    overlap(i, j) = 2 |wrong_i and wrong_j| / (|wrong_i| + |wrong_j|)          of the test examples that each mislabels

1 if two minima err on the same examples; not a number if neither errs. Minima 0 and 1, 2 and 3, ... are compared, for pairs
that share one are not independent; the mean over all pairs stands beside it.

In the paper at most 70 % of the misclassified test examples are the same in two minima, so that they are different functions.
This bar is known from notes on the paper only; how it counts an overlap is not known.
"""

from lossland.papers.published import numbers
from lossland.statistics.runs import disjoint
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim


def check(*, pairs: Table("disagreement")) -> list[Claim]:
    """A pool of minima for each label."""
    printed = numbers("draxler2018", metric="misclassified_overlap_max")["value"]
    return [
        Claim(f"other errors: {name}", disjoint(rows, "overlap"), below=printed.max(), published=printed,
              of=f"overlap of their test errors, as a fraction; over all {len(rows)} pairs {rows['overlap'].mean():.2f}",
              says=f"Two minima of one architecture err on different test examples ({name}).")
        for name, rows in by_label(pick(pairs, split="test")).items()
    ]  # fmt: skip
