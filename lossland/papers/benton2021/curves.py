"""Curves whose bend is drawn from a Gaussian (Benton et al. 2021, arXiv 2102.13042, section 4.1): figure 2."""

from lossland.options import Changes, Count, Networks


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    going_on: Changes = {},
    samples: Count = 10,
    pairs: Count | None = None,
    resolution: Count = 31,
    plane: Count = 21,
):
    """A Bezier curve between each of some pairs of networks (default: all); SGD goes on from its bend at a constant rate, as
    `going_on` says. Of the first pair a plane is shown."""
    ends = network.groups(2, pairs)
    curve = plan.curve("Bezier", ends, recipe=recipe)
    drawn = plan.swag_curve("SWAG of the bend", curve, samples=samples, recipe={"schedule": "constant"} | going_on)
    around = plan.plane("plane of the curve", curve[0])
    curves = plan.landscape(drawn, resolution=resolution)
    segments = plan.landscape(plan.line("segment", ends), resolution=resolution)
    plan.figure("fig2", curves=curves, segment=segments, plane=plan.landscape(around, resolution=plane, splits=["train"]))
    plan.claims("curves", curves=curves, segments=plan.shape(segments))
