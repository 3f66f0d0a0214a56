"""What two faults of the released code do to a curve (Garipov et al. 2018, arXiv 1802.10026)."""

from lossland.options import Changes, Count, Networks


def experiment(plan, *, network: Networks, recipe: Changes = {}, pairs: Count = 3, resolution: Count = 61):
    """The decay term of norms in place of squares, and train losses of augmented images."""
    bezier = plan.curve("Bezier", network.groups(2, pairs), recipe=recipe)
    right = plan.landscape(bezier, resolution=resolution)
    norms = plan.landscape(bezier, name="norms", decay="norms", resolution=resolution)
    augmented = plan.landscape(bezier, name="augmented", augmented=True, resolution=resolution)
    plan.figure("as_released", right=right, norms=norms, augmented=augmented)
