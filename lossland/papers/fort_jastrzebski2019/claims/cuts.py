"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about random cuts: networks are found above a certain dimension.

    accuracy(d) = highest train accuracy over the radii, in cuts of d dimensions        nll(d) likewise the lowest

A run is a seed: of the initialisation and of the cuts, smaller ones inside larger ones. The train accuracy that makes a
network a solution is ours.

By the paper optimisation on low-dimensional random cuts is easy; that it needs a certain dimension is remembered, not
confirmed, and no number is known to us.
"""

from lossland.options import Fraction
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Claim


def check(*, cuts: Table("cuts"), success: Fraction = 0.9) -> list[Claim]:
    """`success` is a train accuracy. Raises ValueError if the cuts of a network have one dimension."""
    return [claim for label, own in by_label(cuts).items() for claim in _network(own, label, success)]


def _network(cuts, label, success):
    best = pick(cuts, split="train").groupby(["run", "dimension"])[["nll", "error"]].min()
    nll, accuracy = best["nll"].unstack(), 1 - best["error"].unstack()
    small, large = nll.columns.min(), nll.columns.max()
    if small == large:
        raise ValueError(f"cuts of {label} have {small} dimensions only; name a random_cut with several")
    return [
        Claim(f"more dimensions, lower loss: {label}", nll[small] - nll[large], above=0,
              of=f"nll in {small} dimensions - nll in {large}",
              says="The train loss that is reached falls with the dimension of the cut."),
        Claim(f"success in large cuts: {label}", accuracy[large], above=success,
              of=f"train accuracy in {large} dimensions",
              says=f"A network with a train accuracy of {success:g} is found in {large} random directions."),
        Claim(f"no success in small cuts: {label}", accuracy[small], below=success,
              of=f"train accuracy in {small} dimensions",
              says=f"In {small} random directions no such network is found."),
    ]  # fmt: skip
