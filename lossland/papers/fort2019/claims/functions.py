"""The claims of Fort et al. 2019 (arXiv 1912.02757) about function space, figures 2 to 4: runs are functions of their own.

    inside a run   mean disagreement of its snapshots from epoch `after` on with its end
    silhouette     (b - a) / max(a, b), a point's mean distance a to its own run, b to the nearest other one

A run is a training. Pairs among k runs are not independent: disagreements are of runs 0 and 1, 2 and 3, ..., and what is
inside runs is the mean over the two of a pair. That it is "far less" is taken as less than half; this bar is ours. Silhouettes
are means over the points of each run, positive where its points are nearer to one another than to other runs. A run is one
number, but runs share one map and have each other as neighbours, so that p is too small. The silhouette of the map says how
the picture looks, that of the predictions themselves whether it is true.
"""

from lossland.options import NonNegative
from lossland.statistics.tables import Table, of_test
from lossland.statistics.verdicts import Claim, by_pairs, disjoint, towards_the_end

CAPTION = """
Each row holds one claim about the predictions of networks of independent runs (mean ± standard deviation over n disjoint
pairs of runs, or over n runs for silhouettes). A claim holds if a one-sided t-test against the bar gives p below 0.05; it
does not hold if our mean lies on the wrong side; else our runs do not decide. For silhouettes p is too small: all points of a
run are one number, but runs share one map. By the paper's abstract a run, with the subspaces around it, stays in one mode of
predictions, and other initialisations find others; that its snapshots agree after the first epochs is remembered, not
confirmed.
"""
FAR = 2
SPACES = {"silhouette_predictions": "predictions", "silhouette": "map"}


def check(
    *,
    between: Table("disagreement"),
    inside: Table("disagreement"),
    tsne: Table("tsne"),
    after: NonNegative,
) -> list[Claim]:
    """`between` is of a pool of the last networks of runs, `inside` of the trajectories of these runs in the same order, all
    or the first of them. `after` is the epoch at which the first epochs end, those before the learning rate first drops (a
    quarter of the training in the released code). Sources of `tsne` are runs; `within` is 0 for the trajectory, above for
    samples around its end, of which there are claims where there are such samples.

    Raises ValueError where a table is of something else, or not of the test split.
    """
    between, inside, tsne = of_test(between, "between"), of_test(inside, "inside"), of_test(tsne, "tsne")
    rows = towards_the_end(inside, after)["disagreement"]
    own, others = by_pairs(rows.groupby(level=["subspace", "run"]).mean()).align(
        disjoint(between, "disagreement"), join="inner"
    )
    far = Claim(
        name="runs differ more than snapshots of one",
        says="After the first epochs two independent runs disagree at least twice as often as the snapshots of one run.",
        of=f"disagreement between two runs - {FAR} x that inside them, from epoch {after:g} on with the end",
        values=list(others - FAR * own),
        published=[],
        above=0,
    )
    parts = {"trajectories": tsne[tsne["within"] == 0], "samples of subspaces": tsne[tsne["within"] > 0]}
    return [far, *(claim for name, points in parts.items() if len(points) for claim in _clusters(name, points))]


def _clusters(name, points):
    runs = points.groupby(["subspace", "run", "source"])
    return [
        Claim(
            name=f"{name} cluster by run in the {space}",
            says=f"The {name} of one run are nearer to one another than to other runs, in the {space}.",
            of=f"silhouette of the run in the {space}, mean over its {name}",
            values=list(runs[column].mean()),
            published=[],
            above=0,
        )
        for column, space in SPACES.items()
    ]
