"""The claims of Li et al. 2018 (arXiv 1712.09913) about trajectories, section 7: they lie in few dimensions.

    held      share of the variance of a trajectory in its first two principal components, centred as in the released code
    caught    1 - sum of outside^2 / sum of distance^2       in a random plane; about 2/D is expected of D parameters
    straight  extent along the random axis / along the one to the initialisation, in the plane of both

One number for each trajectory. After a short schedule, in which the norm of the weights first grows, then shrinks, one
component may hold nearly all (99 % in a public run of 40 epochs), and n snapshots have n - 1 components at most.

In the paper two components hold 40 to 90 % of the variance, planes of random directions almost nothing, and a trajectory looks
straight beside one. "Almost nothing" is taken as below a twentieth, "straight" as an extent below a tenth; these bars are ours.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

NOTHING, STRAIGHT = 0.05, 0.1
TRAJECTORY = ["subspace", "run"]


def check(*, components: Table("directions"), random: Table("projection"), initial: Table("projection")) -> list[Claim]:
    """`components` are of PCA planes, `random` and `initial` of planes of random directions and through the initialisation."""
    metrics = [f"variance_of_two_components_percent_{end}" for end in ("min", "max")]
    low, high = (numbers("li2018", metric=metrics).set_index("metric")["value"][metrics] / 100).tolist()
    held = pick(components, quantity="centred", first=[0, 1]).groupby(TRAJECTORY)["value"].sum()
    lengths = random[["outside", "distance"]].pow(2).groupby([random[n] for n in TRAJECTORY]).sum()
    extent = initial.groupby(TRAJECTORY)[["u0", "u1"]].agg(lambda u: u.max() - u.min())
    return [
        *(
            Claim(f"two components hold {word} {100 * bar:g} % of a trajectory", held, published=[low, high], **{side: bar},
                  of="share of the variance in two components",
                  says=f"The first two principal components of a trajectory hold {word} {100 * bar:g} % of its variance.")
            for word, side, bar in (("more than", "above", low), ("less than", "below", high))
        ),
        Claim("random directions catch almost nothing", 1 - lengths["outside"] / lengths["distance"], below=NOTHING,
              of="share of the squared distance from the network that lies in the plane",
              says="A plane of random directions catches almost nothing of a trajectory."),
        Claim("beside a random direction a trajectory looks straight", extent["u1"] / extent["u0"], below=STRAIGHT,
              of="extent along the random direction / along the way from the initialisation",
              says="In the plane of the initialisation and a random direction a trajectory looks like a straight line."),
    ]  # fmt: skip
