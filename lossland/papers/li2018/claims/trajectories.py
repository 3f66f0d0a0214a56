"""The claims of Li et al. 2018 (arXiv 1712.09913) about trajectories, section 7: they lie in few dimensions.

    held      share of the variance of a trajectory in its first two principal components, centred as in the released code
    caught    1 - sum of outside^2 / sum of distance^2       in a random plane; 2/D is expected of D parameters
    straight  extent along the random axis / along the one to the initialisation, in the plane of both; about 1/sqrt(D)

A random plane catches more than b of a straight way with the probability (1 - b)^(D/2 - 1), and less easily of a bent one.

One number for each trajectory, each of another recipe: n counts recipes. After a short schedule, in which the norm of the
weights first grows, then shrinks, one component may hold nearly all (99 % in a public run of 40 epochs), and n snapshots have
n - 1 components at most.

In the paper two components hold 40 to 90 % of the variance; planes of random directions catch almost nothing, and a trajectory
looks straight beside one. In many dimensions geometry has it so: both are checks, that chance fails in one of a million.
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Check, Claim, trained

CHANCE, DEVIATIONS = 1e-6, 10  # five to each side
TRAJECTORY = ["subspace", "run"]


def check(
    *,
    components: Table("directions"),
    courses: Table("dynamics"),
    random: Table("projection"),
    initial: Table("projection"),
    axes: Table("directions"),
) -> list[Claim | Check]:
    """`components` are of PCA planes, `courses` of the same trainings, `random` and `initial` of planes of random directions
    and through the initialisation; `axes` are those of `random`."""
    metrics = [f"variance_of_two_components_percent_{end}" for end in ("min", "max")]
    low, high = (numbers("li2018", metric=metrics).set_index("metric")["value"][metrics] / 100).tolist()
    held = pick(components, quantity="centred", first=[0, 1]).groupby(TRAJECTORY)["value"].sum()
    errors = where(courses, split="train", quantity="error").sort_values("index").groupby(TRAJECTORY)["value"].last()
    lengths = random[["outside", "distance"]].pow(2).groupby([random[n] for n in TRAJECTORY]).sum()
    extent = initial.groupby(TRAJECTORY)[["u0", "u1"]].agg(lambda u: u.max() - u.min())
    parameters = 2 / (np.pi * pick(axes, quantity="expected")["value"].min() ** 2)  # E |cosine| = sqrt(2 / (pi D))
    nothing, straight = 1 - CHANCE ** (2 / (parameters - 2)), DEVIATIONS / parameters**0.5
    caught, aside = 1 - lengths["outside"] / lengths["distance"], extent["u1"] / extent["u0"]
    return [
        Claim(f"two components hold {100 * low:g} to {100 * high:g} % of a trajectory", held,
              same=(high - low) / 2, around=(high + low) / 2,
              because="what the paper prints of its eight", published=[low, high], presumes=trained(errors),
              of="share of the variance in two components, mean over trainings, each by a recipe of its own",
              says=f"Two principal components of a trajectory hold {100 * low:g} to {100 * high:g} % of its variance."),
        Check("random directions catch almost nothing", bool((caught < nothing).all()),
              says=f"A plane of random directions catches {100 * caught.max():.2g} % of its squared distances; by chance less "
                   f"than {100 * nothing:.2g} %."),
        Check("beside a random direction a trajectory looks straight", bool((aside < straight).all()),
              says=f"It extends {100 * aside.max():.2g} % as far along a random direction as to the initialisation; by "
                   f"chance less than {100 * straight:.2g} %."),
    ]  # fmt: skip
