"""The claims of Fort & Jastrzebski 2019 (arXiv 1906.04724) about connectors: one low point joins a whole set of optima.

    low            = train error at the connector
    low segments   = highest nll from optima to the connector / highest nll between optima        of the train data
    whole segments = highest nll from optima to a connector trained on them / to one trained at the vertex only

Training of a connector starts at the mean of the optima, for two at the middle itself, so that it ends below says nothing: low
segments are less than half as high as those between the optima. A run is a set of networks that shares none with other runs.

By the paper's abstract low-loss subspaces connect a set of solutions and not only a pair; its numbers are not known to us. The
whole segments are those of Benton et al. 2021 (arXiv 2102.13042), against this paper.
"""

from lossland.statistics.runs import together
from lossland.statistics.tables import UNTRAINED, Table, by_label, pick
from lossland.statistics.verdicts import Claim, trained


def check(*, vertex: Table("spokes"), uniform: Table("spokes")) -> list[Claim]:
    """Connectors of the same networks, by both objectives and in the same order. Raises ValueError if their runs differ."""
    pairs = zip(by_label(vertex).items(), by_label(uniform).values(), strict=True)
    return [claim for (label, own), other in pairs for claim in _set(label, own, other)]


def _set(label, own, other):
    vertex, uniform = together({"vertex": _heights(own), "uniform": _heights(other)}).values()
    ends = pick(own, split="train", to="connector", t=1.0).drop_duplicates("run").set_index("run")
    fit = {"ratio": True, "presumes": trained(pick(own, split="train", to="optimum", t=0.0)["error"])}
    return [
        Claim(f"low at the connector: {label}", ends["error"], below=UNTRAINED, because="what errs less counts as trained here",
              presumes=fit["presumes"], of="train error at the connector, as a fraction",
              says="The connector has the train error of a trained network."),
        Claim(f"low segments to the connector: {label}", vertex["to connector"] / vertex["to optimum"], below=0.5, **fit,
              because="half way from 1, where the training of a connector of two begins, to no barrier",
              of="highest train nll to the connector / between networks",
              says="The segments from the networks to the connector are lower than those between the networks."),
        Claim(f"whole segments: {label}", uniform["to connector"] / vertex["to connector"], below=1, **fit,
              origin="Benton et al. 2021",
              of="highest train nll to the connector, trained on segments / at the vertex",
              says="Training a connector on whole segments lowers their highest loss against training it at the vertex only."),
    ]  # fmt: skip


def _heights(spokes):
    """By run: the highest train nll of the segments `to` each end."""
    return pick(spokes, split="train").groupby(["run", "to"])["nll"].max().unstack().add_prefix("to ")
