"""Training in a few random directions only (Fort & Jastrzebski 2019, arXiv 1906.04724)."""

from lossland.options import Changes, Count, Fraction, Networks, Positive


def experiment(
    plan,
    *,
    networks: list[Networks],
    dimensions: list[Count] = (1, 3, 10, 30, 100, 300),
    radii: list[Positive] = (0.25, 0.5, 1, 2, 4),
    recipe: Changes = {},
    success: Fraction = 0.9,
):
    """Networks like each of `networks`, of the same seeds, in cuts of all `dimensions`, at all `radii` from the origin.

    `success` is the train accuracy that makes one a solution.
    """
    cut = {"method": "random_cut", "dimensions": dimensions, "radii": radii, "recipe": recipe, "snapshots": None, "every": None}
    cuts = [plan.cuts(plan.vary(network.label, network, **cut)) for network in networks]
    plan.figure("cuts", cuts=cuts)
    plan.claims("cuts", cuts=cuts, success=success)
