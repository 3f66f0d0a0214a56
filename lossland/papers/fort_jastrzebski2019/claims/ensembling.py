"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about ensembling methods: how far from itself each one goes.

    x(method) = the mean of x over all pairs of networks of one training,     x = |theta_i - theta_j| or their disagreement

Of the test data. Snapshots of small cycles (FGE) are held against those of large cycles (SSE) training by training, run i of
both under one seed; independent networks against large cycles in disjoint pairs: networks 0 and 1, 2 and 3, ... against the
mean of trainings 0 and 1, 2 and 3, ... in the order of their numbers, so that no network is in two groups. That the short
cycles stay in one wedge and the longer ones leave it is remembered of the paper, not confirmed; the claims are of order alone.
"""

from lossland.statistics.tables import Table, of_test
from lossland.statistics.verdicts import Claim, by_pairs, disjoint, together

CAPTION = """
Each row holds one claim about how far apart the networks of an ensembling method are, in weights or in their labels, for n
trainings, or n disjoint pairs of them (mean ± standard deviation of the ratio). A claim holds if a one-sided t-test against 1
gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. The paper analyses such
methods on its landscape; that small cycles stay in one wedge and large ones leave it is remembered, not confirmed.
"""
APART = {"distance": "lie farther apart", "disagreement": "disagree on more of the test data"}


def check(
    *,
    small: Table("disagreement"),
    large: Table("disagreement"),
    independent: Table("disagreement"),
) -> list[Claim]:
    """`small` and `large` are of trainings with cycles, or a pool of them; `independent` is of one pool of one network each.

    Raises ValueError where small and large are of other trainings, or a table is of something else or not of the test split.
    """
    tables = {"small": small, "large": large, "independent": independent}
    tables = {role: of_test(table, role) for role, table in tables.items()}
    return [claim for quantity in APART for claim in _compared(quantity, **tables)]


def _compared(quantity, small, large, independent):
    apart = {role: _by_training(rows)[quantity] for role, rows in (("small", small), ("large", large))}
    found = together({role: values.droplevel("subspace") for role, values in apart.items()})
    pairs, single = disjoint(independent, quantity).align(by_pairs(apart["large"]), join="inner")
    return [
        Claim(
            name=f"large cycles against small ones: {quantity}",
            says=f"Snapshots of large cycles (SSE) {APART[quantity]} than those of small cycles (FGE).",
            of=f"{quantity} of two networks of one training: large cycles / small cycles",
            values=list(found["large"] / found["small"]),
            published=[],
            above=1,
        ),
        Claim(
            name=f"independent networks against large cycles: {quantity}",
            says=f"Independent networks {APART[quantity]} than snapshots of large cycles (SSE).",
            of=f"{quantity} of two independent networks / of two of one training with large cycles, in disjoint pairs",
            values=list(pairs / single),
            published=[],
            above=1,
        ),
    ]


def _by_training(table):
    """Means over the pairs of networks of each training, a run of a subspace or a source of a pool, by (subspace, run)."""
    rows = table[table["same_source"]]
    run = rows["run"] + "/" + rows["source_first"].astype(str)
    return rows.assign(run=run).groupby(["subspace", "run"])[list(APART)].mean()
