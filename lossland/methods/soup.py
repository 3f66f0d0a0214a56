"""The greedy soup: the mean of those networks whose mean is good (Wortsman et al. 2022, arXiv 2203.05482).

    from the best network on: theta = mean of all that are taken; the next best is taken if the val error does not rise

Nothing is trained; batch-norm statistics are recalibrated. The uniform soup is `weight_average`. Differs from the released code
in: a network that leaves the error as it was is taken, as in the paper.
"""

import torch

from lossland.geometry.measures import combined
from lossland.landscape.evaluate import calibrated, mean_scores
from lossland.landscape.subspace import Subspace, networks_of
from lossland.options import Sources


def build(problem, sources: Sources) -> Subspace:
    """Of the last networks of several sources, or of all points of one. Points, one. Notes: `taken`, the numbers of its
    networks in the order in which they were, and `height` [k], the val error of each (the nll, if there is no error)."""
    networks = networks_of(sources)
    own = torch.stack([_height(problem, network) for network in networks])
    best, *others = own.argsort(stable=True).tolist()
    taken, made, least = [best], networks[best], own[best]
    for i in others:
        tried = combined(torch.full((len(taken) + 1,), 1 / (len(taken) + 1), dtype=torch.float64), networks[[*taken, i]])
        if (found := _height(problem, tried)) <= least:
            taken, made, least = [*taken, i], tried, found
    return Subspace.of(made, {"taken": torch.tensor(taken), "height": own} | sources[0].decay)


def _height(problem, theta):
    theta = problem.point(theta)
    scores = dict(zip(problem.task.SCORES, mean_scores(problem, theta, calibrated(problem, theta), "val"), strict=True))
    return scores.get("error", scores["nll"])
