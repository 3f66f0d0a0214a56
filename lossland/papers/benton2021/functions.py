"""How many functions one simplex has (Benton et al. 2021, arXiv 2102.13042, section 5.3)."""

from typing import Literal

from lossland.options import Changes, Count, Networks, Volume
from lossland.papers.benton2021.espro import deep, drawn, simplex


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    vertices: Count = 2,
    recipe: Changes = {},
    push: Volume = {},
    reduction: Literal["mean", "sum"] = "mean",
    samples: Count = 25,
):
    """Two draws of one simplex against two networks of a group of `size`; `push` {} is the paper's lambda."""
    independent = plan.disagreement(deep(plan, network, size))
    pool = drawn(plan, simplex(plan, network, vertices, recipe, push, reduction=reduction), size, samples)
    draws = [plan.disagreement(pool, name=split, split=split) for split in ("test", "train")]
    plan.claims("diversity", draws=draws, independent=independent)
