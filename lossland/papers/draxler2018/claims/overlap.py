"""The claim of Draxler et al. 2018 (arXiv 1803.00885, section 4) that minima err on different examples.

    overlap(i, j) = 2 |wrong_i and wrong_j| / (|wrong_i| + |wrong_j|)          of the test examples that each mislabels

1 where two minima err on the same examples; none where neither errs. Minima 0 and 1, 2 and 3, ... are compared, for pairs that
share one are not independent. The bar is the paper's, known from notes on it alone; how it counts an overlap is not known.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, entries, of_test, rows_of
from lossland.statistics.verdicts import Claim, disjoint

CAPTION = """
Each row says how many of their test errors two minima of one architecture share (mean ± standard deviation over n pairs, no
two of which share a minimum; the mean over all pairs stands beside it). The claim holds if a one-sided t-test against the bar
gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the paper at most 70 %
of the misclassified test examples are the same in two minima, so that they are different functions.
"""


def check(*, pairs: Table("disagreement"), titles: list[list[str]]) -> list[Claim]:
    """`titles` lists [pool of the minima, title], subspaces of `pairs`."""
    printed = numbers("draxler2018", metric="misclassified_overlap_max")["value"]
    pools = entries("titles", titles, "pool of the minima", "title")
    return [_claim(name, rows_of(of_test(pairs, "pairs"), pool, "pairs"), printed) for pool, name in pools]


def _claim(name, rows, printed):
    return Claim(
        name=f"other errors: {name}",
        says=f"Two minima of one architecture err on different test examples ({name}).",
        of=f"overlap of their test errors, as a fraction; over all {len(rows)} pairs {rows['overlap'].mean():.2f}",
        values=list(disjoint(rows, "overlap")),
        published=list(printed),
        below=printed.max(),
    )
