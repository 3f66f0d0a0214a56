"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about random cuts: networks are found above a certain dimension.

    accuracy(d) = highest train accuracy over the radii, in cuts of d dimensions        nll(d) likewise the lowest

A run is a seed: of the initialisation and of the cuts, smaller ones inside larger ones. Success is a train accuracy of
`success`, which is ours, as no number of the paper is known to us.
"""

from lossland.options import Fraction
from lossland.statistics.tables import Table, entries, rows_of, where
from lossland.statistics.verdicts import Claim

CAPTION = """
Each row holds one claim about training in a few random directions alone, for n seeds (mean ± standard deviation), each at the
radius that suits it best. A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean
lies on the wrong side; else our runs do not decide. By the paper optimisation on low-dimensional random cuts is easy; that it
needs a certain dimension is remembered, not confirmed.
"""


def check(*, cuts: Table("cuts"), kinds: list[list[str]], success: Fraction = 0.9) -> list[Claim]:
    """`kinds` lists [subspace, label] of each network; `success` is a train accuracy.

    Raises ValueError where a subspace is missing, or its cuts have one dimension.
    """
    named = entries("kinds", kinds, "subspace", "label")
    return [claim for name, label in named for claim in _network(rows_of(cuts, name, "cuts"), label, success)]


def _network(cuts, label, success):
    best = where(cuts, split="train").groupby(["run", "dimension"])[["nll", "error"]].min()
    nll, accuracy = best["nll"].unstack(), 1 - best["error"].unstack()
    small, large = nll.columns.min(), nll.columns.max()
    if small == large:
        raise ValueError(f"cuts of {label} have {small} dimensions alone; name a random_cut with several")
    return [
        Claim(
            name=f"more dimensions, lower loss: {label}",
            says="The train loss that is reached falls with the dimension of the cut.",
            of=f"nll in {small} dimensions - nll in {large}",
            values=list(nll[small] - nll[large]),
            published=[],
            above=0,
        ),
        Claim(
            name=f"success in large cuts: {label}",
            says=f"A network with a train accuracy of {success:g} is found in {large} random directions.",
            of=f"train accuracy in {large} dimensions",
            values=list(accuracy[large]),
            published=[],
            above=success,
        ),
        Claim(
            name=f"no success in small cuts: {label}",
            says=f"In {small} random directions no such network is found.",
            of=f"train accuracy in {small} dimensions",
            values=list(accuracy[small]),
            published=[],
            below=success,
        ),
    ]
