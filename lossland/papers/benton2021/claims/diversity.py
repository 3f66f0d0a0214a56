"""The claims of Benton et al. 2021 (arXiv 2102.13042) about diversity, section 5.3: one simplex has many functions.

    share = (d_test(inside) - d_train(inside)) / d_test(between)

with d(inside) the disagreement of two draws of one simplex, d(between) that of two independent networks, means over pairs. All
draws are to fit the training data, where they then agree: what is left is how much more they differ where they need not agree,
in units of what independent networks do. It is 0 if draws are one function, or differ on the training data as often.

In the paper draws of one simplex fit the same spirals by different boundaries, and no number is printed; the share, its bar,
and the comparison with independent networks are ours.
"""

from lossland.options import Fraction
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim


def check(*, draws: Table("disagreement"), independent: Table("disagreement"), bar: Fraction = 0.1) -> list[Claim]:
    """`draws` have one label for each kind of simplexes, on the train and the test split; run i of both tables is of one group
    of networks."""
    apart = _mean(independent, split="test", same_source=False)
    return [claim for kind, rows in by_label(draws).items() for claim in _compared(kind, bar, rows, apart)]


def _compared(kind, bar, rows, apart):
    inside = {split: _mean(rows, split=split, same_source=True) for split in ("test", "train")}
    found = together({"independent": apart, kind: inside["test"], f"train rows of {kind}": inside["train"]})
    apart, test, train = found.values()
    return [
        Claim(f"other functions inside: {kind}", (test - train) / apart, above=bar,
              of="(test - train disagreement of two draws) / test disagreement of two independent networks",
              says=f"Draws of one simplex ({kind}) differ where they need not agree, by a share of what independent "
                   "networks do."),
        Claim(f"independent networks differ more: {kind}", apart - test, above=0,
              of="test disagreement of two independent networks - of two draws, as a fraction",
              says=f"Independent networks differ on more of the test data than draws of one simplex ({kind}) do."),
    ]  # fmt: skip


def _mean(table, **which):
    return by_run(pick(table, **which), "disagreement")
