"""What looks convex is nearly so (Li et al. 2018, arXiv 1712.09913, section 6, figure 7)."""

from lossland.options import Count, Networks, Positive


def experiment(
    plan,
    *,
    network: Networks,
    without: Networks,
    dense: Networks,
    planes: Count = 2,
    resolution: Count = 51,
    examples: Count = 500,
    tolerance: Positive = 3e-3,
    shards: Count = 1,
):
    """Curvature over `planes` around networks with shortcuts, those `without`, and a DenseNet."""
    options = {"resolution": resolution, "examples": examples, "tolerance": tolerance, "shards": shards}
    three = [network[:planes], without[:planes], dense[:planes]]
    made = [plan.curvature(plan.random_plane(one.label, one), **options) for one in three]
    plan.figure("fig7", curvature=made)
    plan.claims("curvature", curvature=made, shortcuts=network, without=without, dense=dense)
