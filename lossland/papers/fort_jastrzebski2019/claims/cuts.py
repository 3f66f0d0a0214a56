"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about random cuts: networks are found above a certain dimension.

    accuracy(d) = highest train accuracy over the radii, in cuts of d dimensions        nll(d) likewise the lowest

A run is a seed: of the initialisation and of the cuts. Smaller cuts lie inside larger ones, so that the loss falls with the
dimension is a check of the training.

By the paper optimisation on low-dimensional random cuts is easy; no number is known to us.
"""

from lossland.options import Fraction
from lossland.statistics.tables import Table, by_label, pick
from lossland.statistics.verdicts import Check, Claim


def check(*, cuts: Table("cuts"), success: Fraction = 0.9) -> list[Claim | Check]:
    """`success` is a train accuracy. Raises ValueError if the cuts of a network have one dimension."""
    return [row for label, own in by_label(cuts).items() for row in _network(own, label, success)]


def _network(cuts, label, success):
    best = pick(cuts, split="train").groupby(["run", "dimension"])[["nll", "error"]].min()
    nll, accuracy = best["nll"].unstack(), 1 - best["error"].unstack()
    small, large = nll.columns.min(), nll.columns.max()
    if small == large:
        raise ValueError(f"cuts of {label} have {small} dimensions only; name a random_cut with several")
    return [
        Claim(f"success in large cuts: {label}", accuracy[large], above=success, 
              because=f"a train error of {1 - success:.2g}: what counts as trained",
              of=f"train accuracy in {large} dimensions",
              says=f"A network with a train accuracy of {success:g} is found in {large} random directions."),
        Check(f"more dimensions, lower loss: {label}", bool((nll[large] < nll[small]).all()),
              says=f"The train loss that is reached in {large} dimensions is lower than in {small}, which lie inside them."),
    ]  # fmt: skip
