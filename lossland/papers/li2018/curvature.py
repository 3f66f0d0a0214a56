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
    claims: bool = True,
):
    """Curvature over `planes` around networks with shortcuts, those `without`, and a DenseNet.

    Differs from the paper in: Hessians are of `examples` training images, not of all 50,000.
    """
    options = {"resolution": resolution, "examples": examples, "tolerance": tolerance, "shards": shards}
    three = [plan.random_plane(one.label, one[:planes]) for one in (network, without, dense)]
    curvature = [plan.curvature(plane, **options) for plane in three]
    centre = {"resolution": 2, "splits": ["train"], "bn": "keep"}  # the network is marked beside the corners
    errors = [plan.landscape(plane, name=f"error {plane.label}", **centre) for plane in three]
    plan.figure("fig7", curvature=curvature, errors=errors)
    given = {"shortcuts": network, "without": without, "dense": dense, "examples": examples}
    if claims:
        plan.claims("curvature", curvature=curvature, errors=errors, **given)
