"""Whether the loss falls all the way from the initialisation to the solution (Goodfellow et al. 2015, arXiv 1412.6544).

    climb = max over s <= t of L(t) - L(s),    L(t) = nll((1-t) theta_0 + t theta*) of the train data

as a share of the fall, L(0) less the lowest L; 0 is monotone (the Delta of Lucas et al. 2021, arXiv 2104.11044). Batch-norm
statistics are recalibrated at each point.

Goodfellow et al. found no obstacles on this line for the networks of their day; Lucas et al. find that large rates, Adam and
batch norm make some.
"""

from lossland.statistics.runs import by_run
from lossland.statistics.tables import Table, by_label, pick, where
from lossland.statistics.verdicts import Claim, trained

NOTHING = 0.05


def check(*, shapes: Table("shape")) -> list[Claim]:
    """`shapes` are of straight lines from the initialisation, one label for each network."""
    return [_monotone(label, pick(table, split="train")) for label, table in by_label(shapes).items()]


def _monotone(label, table):
    nll, errors = by_run(pick(table, quantity="nll")), where(table, quantity="error")
    return Claim(f"the loss falls all the way: {label}", nll["climb"] / (nll["start"] - nll["min"]), below=NOTHING,
                 because="in a line drawn over the whole fall the eye sees no less", origin="Goodfellow et al. 2015",
                 presumes=trained(errors["end"]),
                 of="highest climb above a lower point before / fall of the train nll, from initialisation to solution",
                 says="From the initialisation straight to the solution the train loss falls all the way.")  # fmt: skip
