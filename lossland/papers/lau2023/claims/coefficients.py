"""The claims about local learning coefficients (Lau et al. 2023, arXiv 2308.12108; Furman & Lau 2024, arXiv 2402.03698).

    lambda = n beta (E L(theta) - L(theta*)),     theta ~ exp(-n beta L(theta) - gamma/2 |theta - theta*|^2)

by Langevin chains, L the mean train nll. The coefficient itself belongs to the function that a network is: it stays when units
of a ReLU network are scaled and their outputs scaled back. The estimate is localised by a ball in parameters, which does not.

By the abstracts the estimator tells optimisers apart on MNIST, and is invariant under rescaling, as its closed forms are. No
numbers of the papers are known to us.
"""

from lossland.statistics.learning_coefficients import estimates
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, trained

SAME = 1.1


def check(*, parts: Table("learning_coefficient"), fitted: Table("trained")) -> list[Claim]:
    """Labels "as it is", "other", which is trained by another recipe, and, if it was asked for, "written otherwise"."""
    fit = trained(pick(fitted, split="train", quantity="error")["value"])
    found = estimates(parts).droplevel("index").unstack("share")
    coefficient = found["coefficient"]
    low, high = (side(coefficient.columns) for side in (min, max))
    own = coefficient.loc["as it is", low]
    claims = [
        Claim("optimisers differ", coefficient.loc["other", low], less=own, ratio=True, apart=SAME, presumes=fit,
              because="more than what counts as the same here, a tenth",
              of="coefficient after another optimiser / after one",
              says="The local learning coefficient tells optimisers apart."),
        Claim("the step does not matter", coefficient.loc["as it is", high] / own, ratio=True, same=SAME,
              presumes=fit, origin="ours", because=f"a tenth: by at most {1 / (1 - high):.3g} the longer step is too high",
              of=f"coefficient at {high:g} of the longest stable step / at {low:g} of it",
              says="The estimate does not depend on the length of a step."),
    ]  # fmt: skip
    if "written otherwise" in coefficient.index:
        own, rescaled = together({label: coefficient.loc[label, low] for label in ("as it is", "written otherwise")}).values()
        claims.append(
            Claim("rescaling does not matter", rescaled / own, ratio=True,
                  same=SAME, presumes=fit, origin="Furman & Lau 2024", because="a tenth: ours",
                  of="coefficient of a network with its layers rescaled / of the network as it is",
                  says="The estimate is the same for two networks that are one function.")
        )  # fmt: skip
    return claims
