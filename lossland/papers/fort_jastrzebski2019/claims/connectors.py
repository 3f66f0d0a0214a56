"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about connectors: one low point joins a whole set of optima.

    low            = nll at the connector / nll at the middle of the segments between optima, the mean of these
    low segments   = highest nll from optima to the connector / highest nll between optima        of the train data
    whole segments = highest nll from optima to a connector trained on them / to one trained at the vertex only

Training of a connector starts at the mean of the optima, for two at the middle itself, so that it ends below says nothing: the
bar there is a half. A run is a set of networks that shares none with other runs.

By the paper's abstract low-loss subspaces connect a set of solutions and not only a pair; its numbers are not known to us. The
whole segments are those of Benton et al. 2021 (arXiv 2102.13042), against this paper.
"""

from lossland.statistics.runs import together
from lossland.statistics.tables import UNTRAINED, Table, by_label, pick
from lossland.statistics.verdicts import Claim, trained

HALF = 0.5


def check(*, vertex: Table("spokes"), uniform: Table("spokes")) -> list[Claim]:
    """Connectors of the same networks, by both objectives and in the same order. Raises ValueError if their runs differ."""
    pairs = zip(by_label(vertex).items(), by_label(uniform).values(), strict=True)
    return [claim for (label, own), other in pairs for claim in _set(label, own, other)]


def _set(label, own, other):
    vertex, uniform = together({"vertex": _heights(own), "uniform": _heights(other)}).values()
    fit = {"ratio": True, "presumes": trained(pick(own, split="train", to="optimum", t=0.0)["error"], below=UNTRAINED)}
    return [
        Claim(f"low at the connector: {label}", vertex["at the connector"] / vertex["between"], below=HALF, **fit,
              because="a half: ours",
              of="train nll at the connector / at the middle of the segments between networks, the mean over these",
              says="The train loss at the connector is below half of that in the middle between two of the networks."),
        Claim(f"low segments to the connector: {label}", vertex["to connector"] / vertex["to optimum"], below=1, **fit,
              of="highest train nll to the connector / between networks",
              says="The segments from the networks to the connector are lower than those between the networks."),
        Claim(f"whole segments: {label}", uniform["to connector"] / vertex["to connector"], below=1, **fit,
              origin="Benton et al. 2021",
              of="highest train nll to the connector, trained on segments / at the vertex",
              says="Training a connector on whole segments lowers their highest loss against training it at the vertex only."),
    ]  # fmt: skip


def _heights(spokes):
    """By run: the highest train nll of the segments `to` each end, the nll at their ends and in the middle `between` optima."""
    spokes = pick(spokes, split="train")
    highest = spokes.groupby(["run", "to"])["nll"].max().unstack().add_prefix("to ")
    ends = pick(spokes, t=1.0).groupby(["run", "to"])["nll"].first().unstack().add_prefix("at the ")
    nearest = spokes.assign(away=(spokes["t"] - 0.5).abs()).sort_values("away")
    middles = pick(nearest, to="optimum").groupby(["run", "leg"])["nll"].first().groupby("run").mean()
    return highest.join(ends).join(middles.rename("between"))
