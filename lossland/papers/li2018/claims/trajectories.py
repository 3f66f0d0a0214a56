"""The claims of Li et al. 2018 (arXiv 1712.09913) about trajectories, section 7: they lie in few dimensions.

    held    share of the variance of a trajectory in its first two principal components, centred as in the released code
    caught  1 - sum of outside^2 / sum of distance^2       in a random plane; about 2/D is expected of D parameters
    straight  extent along the random axis / along the one to the initialisation, in the plane of both

The paper prints 40 to 90 % for the first. "Almost nothing" for `caught` is taken as below a twentieth, "a straight line" as an
extent below a tenth; these bars are ours. One number for each trajectory, of any stanza and run.

A short schedule can exceed 90 %: where the norm of the weights first grows, then shrinks, one component holds nearly all (99 %
in a public run of 40 epochs), and n snapshots have n - 1 components at most.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim

CAPTION = """
Each row holds one claim about the trajectories of trainings, from n of them (mean ± standard deviation). A claim holds if a
one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do
not decide. In the paper two principal components hold 40 to 90 % of the variance of a trajectory, and planes of random
directions show almost none of it. After a short schedule the norm of the weights first grows, then shrinks, and one
component holds nearly all of it.
"""
NOTHING, STRAIGHT = 0.05, 0.1


def check(
    *,
    components: Table("directions"),
    random: Table("projection"),
    init: Table("projection"),
) -> list[Claim]:
    """`components` are of PCA planes, `random` and `init` of planes of random directions and through the initialisation."""
    metrics = [f"variance_of_two_components_percent_{end}" for end in ("min", "max")]
    printed = (numbers("li2018", metric=metrics).set_index("metric")["value"][metrics] / 100).tolist()
    held, (low, high) = _held(components), printed
    return [
        *(
            Claim(
                name=f"two components hold {word} {100 * bar:g} % of a trajectory",
                says=f"The first two principal components of a trajectory hold {word} {100 * bar:g} % of its variance.",
                of="share of the variance in two components",
                values=held,
                published=printed,
                **{side: bar},
            )
            for word, side, bar in (("more than", "above", low), ("less than", "below", high))
        ),
        Claim(
            name="random directions catch almost nothing",
            says="A plane of random directions catches almost nothing of a trajectory.",
            of="share of the squared distance from the network that lies in the plane",
            values=list(1 - _squares(random, "outside") / _squares(random, "distance")),
            published=[],
            below=NOTHING,
        ),
        Claim(
            name="beside a random direction a trajectory looks straight",
            says="In the plane of the initialisation and a random direction a trajectory looks like a straight line.",
            of="extent along the random direction / along the way from the initialisation",
            values=list(_extent(init, "u1") / _extent(init, "u0")),
            published=[],
            below=STRAIGHT,
        ),
    ]


def _held(table):
    rows = table[(table["quantity"] == "centred") & (table["first"] == table["second"]) & (table["first"] < 2)]
    shares = rows.groupby(["subspace", "run"])["value"]
    if rows.empty or (shares.size() != 2).any():
        raise ValueError("components is not of planes of principal components; name `directions` of a pca_plane")
    return list(shares.sum())


def _squares(table, column):
    return table[column].pow(2).groupby([table["subspace"], table["run"]]).sum()


def _extent(table, column):
    return table.groupby(["subspace", "run"])[column].agg(lambda u: u.max() - u.min())
