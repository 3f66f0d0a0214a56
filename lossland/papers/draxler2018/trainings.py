"""When the loss of a training falls below the saddles (Draxler et al. 2018, arXiv 1803.00885, figure 6)."""

from typing import Literal

from lossland.options import Band, Count, Dataset, Networks, Saddles
from lossland.papers.draxler2018.architectures import measured
from lossland.papers.draxler2018.bands import trained_on

TENTHS = 10


def experiment(
    plan,
    *,
    networks: list[Networks],
    data: Dataset | None = None,
    band: Band = {},
    halved: list[Networks] = (),
    pairs: Count = 3,
    star: bool = True,
    saddles: Saddles = {},
    printed: dict[str, str] = {},
    dataset: Literal["CIFAR-10", "CIFAR-100"] = "CIFAR-10",
):
    """The trainings of the first network of each pair are followed, by the snapshots that they keep (default: ten). See
    `architectures`."""
    networks = trained_on(plan, networks, data)
    found = [table for one in networks for table in measured(plan, one, band, halved, pairs, star, saddles)]
    courses = [plan.dynamics(_followed(plan, one)[: 2 * pairs : 2].numbered(1)) for one in networks]
    plan.figure("fig6", courses=courses, saddles=found)
    plan.claims("trainings", courses=courses, saddles=found, printed=printed, dataset=dataset)


def _followed(plan, network):
    if network.body.get("every") or len(network.body.get("snapshots") or []) > 1:
        return network
    return plan.kept(network, sorted({i * network.epochs // TENTHS for i in range(TENTHS)}))
