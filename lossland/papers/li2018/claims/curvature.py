"""The claims of Li et al. 2018 (arXiv 1712.09913) about curvature, section 6: what looks convex in a plane is nearly so.

    nearly convex within s:  lowest - its error >    -s |highest|     eigenvalues of the Hessian; s = |min/max| if min < 0

Shares are of the points of the grid over the plane around a network; one whose curvature is not known is not nearly convex. A
share takes a plane of some points, and the Hessian of a few examples is theirs, not that of the loss.

In the paper s is below 0.01 over a large part of figure 7 for DenseNet-121, and large where the network without shortcuts is
chaotic; other networks' negative eigenvalues it calls insignificant.
"""

from lossland.options import Count
from lossland.papers.published import numbers
from lossland.statistics.runs import together
from lossland.statistics.tables import Table, pick, where
from lossland.statistics.verdicts import Claim, trained

SMALL, MOST = 0.1, 0.5
POINTS, EXAMPLES = 81, 100  # at least


def check(
    *, curvature: Table("curvature"), errors: Table("landscape"), examples: Count, dense: str, shortcuts: str, without: str
) -> list[Claim]:
    """Labels of planes around a DenseNet, and around residual networks with and without shortcuts, run by run; `errors` are
    of these networks, Hessians of so many `examples`."""
    least = float(numbers("li2018", metric="abs_min_over_max_percent_max")["value"].item()) / 100
    share = together({label: _share(pick(curvature, subspace=label), SMALL) for label in (shortcuts, without)})
    fit = {label: _presumed(curvature, errors, examples, label) for label in (dense, shortcuts, without)}
    return [
        Claim("negative curvature around a DenseNet", _share(pick(curvature, subspace=dense), least), above=MOST,
              because='"a large part": more than half', presumes=fit[dense],
              of=f"share of the plane where |min/max| < {least:g}, or no eigenvalue is negative",
              says=f"Around a DenseNet negative curvature is below {least:g} of the positive one in most of the plane."),
        Claim("negative curvature with shortcuts", share[shortcuts], above=MOST, presumes=fit[shortcuts],
              because="insignificant: an order of magnitude below the positive one; most of the plane: more than half",
              of=f"share of the plane where |min/max| < {SMALL:g}, or no eigenvalue is negative",
              says="Around a network with shortcuts negative curvature is small in most of the plane."),
        Claim("negative curvature without shortcuts", share[shortcuts] - share[without], above=0,
              presumes=fit[shortcuts] or fit[without], of="that share with shortcuts - without them",
              says="Without shortcuts negative curvature is large in more of the plane."),
    ]  # fmt: skip


def _share(table, bar):
    return (table["lowest"] - table["lowest_error"] > -bar * table["highest"].abs()).groupby(table["run"]).mean()


def _presumed(curvature, errors, examples, label):
    points = int(pick(curvature, subspace=label).groupby("run").size().min())
    if points < POINTS or examples < EXAMPLES:
        return f"measured at {points} points on {examples} examples, where {POINTS} and {EXAMPLES} are presumed"
    return trained(where(errors, subspace=label, mark="centre", split="train", quantity="error")["value"])
