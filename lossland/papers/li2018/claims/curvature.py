"""The claims of Li et al. 2018 (arXiv 1712.09913) about curvature, section 6: what looks convex in a plane is nearly so.

    nearly convex within s:  lowest - its residual > -s |highest|     eigenvalues of the Hessian; s = |min/max| where min < 0

Shares are of the points of the grid over the plane of the surface; a point without finite curvature is not nearly convex.
For DenseNet-121 the paper prints s below 0.01 in a large part of figure 7; that this is more than half of it is our reading.
Around other networks we take s = 0.1, and the same half; the paper calls their negative eigenvalues insignificant.

A short schedule may leave networks where the highest eigenvalue is small too, and the ratio is large without any chaos.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, together

CAPTION = """
Each row holds one claim about maps of the ratio of the lowest to the highest eigenvalue of the Hessian: the share of the
plane where negative curvature is small, for n planes (mean ± standard deviation). A claim holds if a one-sided t-test
against the bar gives p below 0.05; it does not hold if our mean lies on the wrong side; else our runs do not decide. In the
paper the ratio is below 1 % over a large part for DenseNet-121, and large where the network without shortcuts is chaotic.
After a short schedule no eigenvalue is large, and ratios are large without any chaos.
"""
SMALL, MOST = 0.1, 0.5


def check(
    *,
    dense: Table("curvature"),
    shortcuts: Table("curvature"),
    noshort: Table("curvature"),
) -> list[Claim]:
    """Curvature over planes around a DenseNet, and around residual networks with and without shortcuts, run by run."""
    least = float(numbers("li2018", metric="abs_min_over_max_percent_max")["value"].item()) / 100
    share = together({"shortcuts": _share(shortcuts, SMALL), "noshort": _share(noshort, SMALL)})
    return [
        Claim(
            name="negative curvature around a DenseNet",
            says=f"Around a DenseNet negative curvature is below {least:g} of the positive one in most of the plane.",
            of=f"share of the plane where |min/max| < {least:g}, or no eigenvalue is negative",
            values=list(together({"dense": _share(dense, least)})["dense"]),
            published=[],
            above=MOST,
        ),
        Claim(
            name="negative curvature with shortcuts",
            says="Around a network with shortcuts negative curvature is small in most of the plane.",
            of=f"share of the plane where |min/max| < {SMALL:g}, or no eigenvalue is negative",
            values=list(share["shortcuts"]),
            published=[],
            above=MOST,
        ),
        Claim(
            name="negative curvature without shortcuts",
            says="Without shortcuts negative curvature is large in more of the plane.",
            of="that share with shortcuts - without them",
            values=list(share["shortcuts"] - share["noshort"]),
            published=[],
            above=0,
        ),
    ]


def _share(table, bar):
    convex = table["lowest"] - table["lowest_residual"] > -bar * table["highest"].abs()
    return convex.groupby([table["subspace"], table["run"]]).mean().droplevel("subspace")
