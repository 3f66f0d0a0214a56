"""The claims of Benton et al. 2021 (arXiv 2102.13042) about diversity, section 5.3: one simplex has many functions.

    share = (d_test(inside) - d_train(inside)) / d_test(between)

with d(inside) the disagreement of two draws of one simplex, d(between) that of two independent networks, means over pairs. All
draws are to fit the training data, where they then agree: what is left is how much more they differ where they need not agree,
in units of what independent networks do. It is 0 if draws are one function, or differ on the training data as often.

In the paper draws of one simplex fit the same spirals by different boundaries, and no number is printed.
"""

from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_run, together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained


def check(*, draws: Table("disagreement"), independent: Table("disagreement")) -> list[Claim]:
    """Draws of one kind of simplexes on the train and the test split; run i of both tables is of one group of networks."""
    fit = pick(draws, split="train", same_source=True)
    found = {"independent": _mean(independent, split="test", same_source=False), "train": by_run(fit, "disagreement")}
    apart, train, test = together(found | {"test": _mean(draws, split="test", same_source=True)}).values()
    examples, presumes = draws.loc[draws["split"] == "test", "examples"], trained(fit["error_first"])
    return [
        Claim("other functions inside", (test - train) / apart, above=0, presumes=presumes,
              of="(test - train disagreement of two draws) / test disagreement of two independent networks",
              says="Draws of one simplex differ where they need not agree, by a share of what independent networks do.",
              sampling=of_errors(test, examples=examples) / apart.mean()),
        Claim("independent networks differ more", apart - test, above=0, origin="ours", presumes=presumes,
              of="test disagreement of two independent networks - of two draws, as a fraction",
              says="Independent networks differ on more of the test data than draws of one simplex do.",
              sampling=of_errors(apart, test, examples=examples)),
    ]  # fmt: skip


def _mean(table, **which):
    return by_run(pick(table, **which), "disagreement")
