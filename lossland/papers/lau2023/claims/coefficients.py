"""The claims about local learning coefficients (Lau et al. 2023, arXiv 2308.12108; Furman & Lau 2024, arXiv 2402.03698).

    lambda = n beta (E L(theta) - L(theta*)),     theta ~ exp(-n beta L(theta) - gamma/2 |theta - theta*|^2)

by Langevin chains, L the mean train nll. The coefficient itself belongs to the function that a network is: it stays when units
of a ReLU network are scaled and their outputs scaled back. The estimate is localised by a ball in parameters, which does not.

By the abstracts the estimator tells optimisers apart on MNIST, and is invariant under rescaling, as its closed forms are. No
numbers of the papers are known to us.
"""

from lossland.statistics.learning_coefficients import estimates
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained

DEVIATIONS = 2


def check(*, parts: Table("learning_coefficient"), fitted: Table("trained")) -> list[Claim]:
    """Labels "as it is", "other", which is trained by another recipe, and, if it was asked for, "written otherwise"."""
    fit = trained(pick(fitted, split="train", quantity="error")["value"])
    found = estimates(parts).droplevel("index").unstack("share")
    coefficient = found["coefficient"]
    low, high = (side(coefficient.columns) for side in (min, max))
    own, other = coefficient.loc["as it is", low], coefficient.loc["other", low]
    apart = (other - own.mean()).abs() / (own.std() * (1 + 1 / len(own)) ** 0.5)
    claims = [
        Claim("optimisers differ", apart, above=DEVIATIONS, presumes=fit, because="what chance exceeds in one of twenty",
              of="distance of the coefficient after another optimiser from their mean after one / the deviation of those",
              says="The local learning coefficient tells optimisers apart."),
        Claim("the step does not matter", coefficient.loc["as it is", high], less=own, ratio=True, same=1.1,
              presumes=fit, origin="ours", because=f"a tenth: by at most {1 / (1 - high):.3g} the longer step is too high",
              of=f"coefficient at {high:g} of the longest stable step / at {low:g} of it",
              says="The estimate does not depend on the length of a step."),
    ]  # fmt: skip
    if "written otherwise" in coefficient.index:
        claims.append(
            Claim("rescaling does not matter", coefficient.loc["written otherwise", low], less=own, ratio=True,
                  same=1.1, presumes=fit, origin="Furman & Lau 2024", because="a tenth: ours",
                  of="coefficient of a network with its layers rescaled / of the network as it is",
                  says="The estimate is the same for two networks that are one function.")
        )  # fmt: skip
    return claims
