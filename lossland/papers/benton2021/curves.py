"""Curves whose bend is drawn from a Gaussian (Benton et al. 2021, arXiv 2102.13042, section 4.1): figure 2."""

from lossland.options import Changes, Count, Networks


def experiment(
    plan,
    *,
    network: Networks,
    recipe: Changes = {},
    going_on: Changes = {},
    samples: Count = 10,
    resolution: Count = 31,
    plane: Count = 21,
):
    """A Bezier curve between the first two networks; SGD goes on from its bend at a constant rate, as `going_on` says."""
    ends = network.groups(2, 1)
    curve = plan.curve("Bezier", ends, recipe=recipe)
    drawn = plan.swag_curve("SWAG of the bend", curve, samples=samples, recipe={"schedule": "constant"} | going_on)
    around = plan.plane("plane of the curve", curve[0])
    plan.figure(
        "fig2",
        curves=plan.landscape(drawn, resolution=resolution),
        segment=plan.landscape(plan.line("segment", ends), resolution=resolution),
        plane=plan.landscape(around, resolution=plane, splits=["train"]),
    )
