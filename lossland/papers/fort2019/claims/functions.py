"""The claims of Fort et al. 2019 (arXiv 1912.02757) about function space, figures 2 to 4: runs are functions of their own.

    inside a run   mean disagreement of its snapshots with its end, after the first epochs
    silhouette     (b - a) / max(a, b), a point's mean distance a to its own run, b to the nearest other one

Pairs among k runs are not independent: disagreements are of runs 0 and 1, 2 and 3, ..., and what is inside runs is the mean
over the two of a pair. Silhouettes are means over all points of a map, positive if points are nearer to their own run than to
others; no run is in two maps. The silhouette of the map says how the image looks, of the examples that it is made of; that of
the predictions themselves whether it is true, of others too.

In the paper a run, with the subspaces around it, stays in one mode of predictions, and other initialisations find others
(abstract); that its snapshots agree after the first epochs is remembered, not confirmed.
"""

from lossland.options import Fraction, NonNegative
from lossland.papers.fort2019.claims import learned
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_pairs, disjoint, towards_the_end
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

SPACES = {"silhouette_predictions": "predictions", "silhouette": "map"}


def check(
    *,
    between: Table("disagreement"),
    inside: Table("disagreement"),
    tsne: Table("tsne"),
    trained: Table("landscape"),
    after: NonNegative,
    level: Fraction | None = None,
) -> list[Claim]:
    """`between` is of a pool of the last networks of runs, `inside` of the trajectories of these runs in the same order, all or
    the first of them. The first epochs end with `after`. Sources of `tsne` are runs; `within` is 0 for the trajectory, above
    for samples around its end."""
    apart = disjoint(pick(between, split="test"), "disagreement")
    rows = towards_the_end(pick(inside, split="test"), after)
    own = by_pairs(rows["disagreement"].groupby(level=["subspace", "run"]).mean())
    own, others = own.align(apart, join="inner")
    parts = {"trajectories": tsne[tsne["within"] == 0], "samples": tsne[tsne["within"] > 0]}
    silhouettes = {name: points.groupby("run")[[*SPACES, "luck"]].mean() for name, points in parts.items() if len(points)}
    luck = {name: found["luck"].mean() for name, found in silhouettes.items()}  # that of their mean is no larger
    presumes = learned(trained, level)
    return [
        Claim("runs differ more than snapshots of one", others / own, above=1, ratio=True,
              sampling=of_errors(others, own, examples=rows["examples"], ratio=True), presumes=presumes,
              of=f"disagreement between two runs / inside them, from epoch {after:g} on with the end",
              says="After the first epochs two independent runs disagree more often than the snapshots of one run."),
        *(
            Claim(f"runs are apart in the {space}", {name: found[column] for name, found in silhouettes.items()}, above=0,
                  of=f"silhouette of the runs in the {space}, mean over their points", presumes=presumes,
                  sampling=luck if space == "predictions" else 0.0,
                  says=f"The points of one run are nearer to one another than to other runs, in the {space}.")
            for column, space in SPACES.items()
        ),
    ]  # fmt: skip
