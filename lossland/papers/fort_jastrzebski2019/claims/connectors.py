"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about connectors: one low point joins a whole set of optima.

    low            = nll at the connector / nll at the middle of the segments between optima, the mean of these
    low segments   = highest nll from optima to the connector / highest nll between optima        of the train data
    half the mean  = nll at the connector / nll at the mean of the optima
    whole segments = highest nll from optima to a connector trained on them / to one trained at the vertex alone

Training of a connector starts at the mean of the optima, so that it ends below that says nothing: the bar there, and at the
middles, is a half, and is ours. So is the last ratio, of Benton et al. 2021 (arXiv 2102.13042) against this paper. A run is a
set of networks that shares none with other runs. That such subspaces of low loss connect a set of solutions is in the abstract;
its numbers are not known to us, and the claims are of order alone.
"""

from lossland.statistics.tables import Table, entries, rows_of, where
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about the point that joins several trained networks by straight segments, for n sets of networks (mean
± standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies
on the wrong side; else our runs do not decide. Its training starts at the mean of the networks; the bar of a half is ours. By
the paper's abstract low-loss subspaces connect a set of solutions and not only a pair; its numbers are not known to us.
"""
HALF = 0.5


def check(*, vertex: Table("spokes"), uniform: Table("spokes"), kinds: list[list[str]]) -> list[Claim]:
    """`kinds` lists [subspace of `vertex`, of `uniform`, label] of connectors of the same networks, by both objectives.

    Raises ValueError where a subspace is missing or the runs of both differ.
    """
    return [
        claim
        for own, other, label in entries("kinds", kinds, "vertex", "uniform", "label")
        for claim in _set(_heights(rows_of(vertex, own, "vertex")), _heights(rows_of(uniform, other, "uniform")), label)
    ]


def _set(vertex, uniform, label):
    found = together({"vertex": vertex, "uniform": uniform})
    vertex, uniform = found["vertex"], found["uniform"]
    return [
        Claim(
            name=f"low at the connector: {label}",
            says="The train loss at the connector is below half of that in the middle between two of the networks.",
            of="train nll at the connector / at the middle of the segments between networks, the mean over these",
            values=list(vertex["at the connector"] / vertex["between"]),
            published=[],
            below=HALF,
        ),
        Claim(
            name=f"below half of the mean of the optima: {label}",
            says="The train loss at the connector is below half of that at the mean of the "
            "networks, where its training starts.",
            of="train nll at the connector / at the mean",
            values=list(vertex["at the connector"] / vertex["at the centroid"]),
            published=[],
            below=HALF,
        ),
        Claim(
            name=f"low segments to the connector: {label}",
            says="The segments from the networks to the connector are lower than those between the networks.",
            of="highest train nll to the connector / between networks",
            values=list(vertex["to connector"] / vertex["to optimum"]),
            published=[],
            below=1,
        ),
        Claim(
            name=f"whole segments: {label}",
            says="Training a connector on whole segments lowers their highest loss against training it at the vertex alone.",
            of="highest train nll to the connector, trained on segments / at the vertex",
            values=list(uniform["to connector"] / vertex["to connector"]),
            published=[],
            below=1,
        ),
    ]


def _heights(spokes):
    """By run: the highest train nll of the segments `to` each end, the nll at their ends and in the middle `between` optima."""
    spokes = where(spokes, split="train")
    highest = spokes.groupby(["run", "to"])["nll"].max().unstack().add_prefix("to ")
    ends = where(spokes, t=1.0).groupby(["run", "to"])["nll"].first().unstack().add_prefix("at the ")
    nearest = spokes.assign(away=(spokes["t"] - 0.5).abs()).sort_values("away")
    middles = where(nearest, to="optimum").groupby(["run", "leg"])["nll"].first().groupby("run").mean()
    return highest.join(ends).join(middles.rename("between"))
