"""Curves between networks (Garipov et al. 2018, arXiv 1802.10026, sections 3 and 4): Table 2 and its claims."""

from lossland.options import Changes, Count, Networks


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    pairs: Count = 3,
    resolution: Count = 61,
    printed: list[str] = (),
    dataset: str = "",
):
    """Segments and curves of one bend between disjoint pairs of `network`; the paper's rows have the names `printed`."""
    shapes = [plan.shape(plan.landscape(path, resolution=resolution)) for path in paths(plan, network, recipe, pairs)]
    plan.figure("table2", shapes=shapes, networks=printed, dataset=dataset)
    plan.claims("curves", shapes=shapes, networks=printed, dataset=dataset)


def paths(plan, network, recipe, pairs):
    """The straight segment, and trained curves, of each pair."""
    ends = network.groups(2, pairs)
    return (
        plan.line("segment", ends),
        plan.curve("Bezier", ends, recipe=recipe),
        plan.curve("chain", ends, chart="polychain", recipe=recipe),
    )
