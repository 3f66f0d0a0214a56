"""When the loss of a training falls below the saddles (Draxler et al. 2018, arXiv 1803.00885, figure 6)."""

from lossland.options import Band, Count, Dataset, Networks, Saddles
from lossland.papers.draxler2018.architectures import measured
from lossland.papers.draxler2018.bands import trained_on

TENTHS = 10


def experiment(
    plan,
    *,
    networks: list[Networks],
    data: Dataset | None = None,
    trainings: Count = 1,
    band: Band = {},
    halved: list[Networks] = (),
    pairs: Count = 3,
    star: bool = True,
    saddles: Saddles = {},
):
    """Of each network so many `trainings` are followed, by the snapshots that they keep (default: ten). See `architectures`."""
    networks = trained_on(plan, networks, data)
    found = [table for one in networks for table in measured(plan, one, band, halved, pairs, star, saddles)]
    plan.figure("fig6", courses=[plan.dynamics(_followed(plan, one)[:trainings]) for one in networks], saddles=found)


def _followed(plan, network):
    if network.body.get("every") or len(network.body.get("snapshots") or []) > 1:
        return network
    return plan.kept(network, sorted({i * network.epochs // TENTHS for i in range(TENTHS)}))
