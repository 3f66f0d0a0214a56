"""The claims of Benton et al. 2021 (arXiv 2102.13042) about diversity, section 5.3: one simplex has many functions.

    share = (d_test(inside) - d_train(inside)) / d_test(between)

with d(inside) the disagreement of two draws of one simplex, d(between) that of two independent networks, means over pairs.
All draws are to fit the training data, where they then agree: what is left is how much more they differ where they need not
agree, in units of what independent networks do. "Other functions" is a share above a bar; it is 0 if draws are one function,
or differ on the training data as often. A run is a group of networks and the simplexes around them. The paper shows boundaries
of two spirals and prints no number; the share, its bar, and the comparison with independent networks, are ours.
"""

from lossland.options import Fraction
from lossland.statistics.tables import Table, of_test, parts, where
from lossland.statistics.verdicts import Claim, by_run, together

CAPTION = """
Each row holds one claim about the functions inside a simplex of low loss, by how often two draws of it differ on the test data
and on the training data, for n groups of networks (mean ± standard deviation). A claim holds if a one-sided t-test against the
bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. The paper shows that
draws of one simplex fit the same spirals by different boundaries, and prints no number.
"""


def check(
    *,
    draws: Table("disagreement"),
    independent: Table("disagreement"),
    kinds: list[list[str]],
    bar: Fraction = 0.1,
) -> list[Claim]:
    """`kinds` lists [subspace, name] of the draws of simplexes, or pools of them, measured on the train and the test split;
    `independent` is of pools of networks, of run i those that the simplexes of run i are around.

    Raises ValueError where runs differ, a split is missing, or no two draws are of one simplex.
    """
    between = of_test(independent, "independent")
    apart = by_run(between[~between["same_source"]], "disagreement")
    claims = []
    for name, rows in parts(draws, kinds, "draws", "kinds"):
        inside = rows[rows["same_source"]]
        test = by_run(of_test(inside, f"draws of {name}"), "disagreement")
        train = by_run(where(inside, split="train"), "disagreement")
        found = together({"independent": apart, name: test, f"train rows of {name}": train})
        claims += _compared(name, bar, *found.values())
    return claims


def _compared(name, bar, apart, test, train):
    return [
        Claim(
            name=f"other functions inside: {name}",
            says=f"Draws of one simplex ({name}) differ where they need not agree, by a share of what independent networks do.",
            of="(test - train disagreement of two draws) / test disagreement of two independent networks",
            values=list((test - train) / apart),
            published=[],
            above=bar,
        ),
        Claim(
            name=f"independent networks differ more: {name}",
            says=f"Independent networks differ on more of the test data than draws of one simplex ({name}) do.",
            of="test disagreement of two independent networks - of two draws, as a fraction",
            values=list(apart - test),
            published=[],
            above=0,
        ),
    ]
