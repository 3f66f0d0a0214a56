"""From the initialisation straight to the solution (Goodfellow et al. 2015, arXiv 1412.6544; Lucas et al. 2021, arXiv
2104.11044): does the loss fall all the way? An analysis beside the paper, whose figure 2 draws such lines between solutions."""

from lossland.options import Count, Networks


def experiment(plan, *, networks: list[Networks], resolution: Count = 51, examples: Count | None = None):
    """The segment from the initialisation of each of `networks`, which are trained again if they do not keep it, to its end."""
    ways = [
        plan.line(f"{one.label}, from the start", one, start=0).called(one.label)
        for one in (plan.kept(network, [0]) for network in networks)
    ]
    seen = {"resolution": resolution, "splits": ["train"], "examples": examples}
    heights = [plan.landscape(way, name=f"way of {way.label}", **seen) for way in ways]
    shapes = [plan.shape(table) for table in heights]
    plan.figure("straight", lines=heights, shapes=shapes)
    plan.claims("from_start", shapes=shapes)
