"""Networks drawn from a trained subspace (Benton et al. 2021, arXiv 2102.13042, equations 4 and 5): members of an ensemble.

theta_j = c(u_j) @ anchors,    u_j from the measure of the subspace itself: uniform in a simplex, in a complex as in training

Curves are drawn from under t ~ U(0, 1), planes uniformly in their box, sets with repetition. A pool of the draws of several
simplexes is ESPRO's ensemble of components.
"""

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace, View
from lossland.landscape.weight_samples import cost
from lossland.options import Count, OneSource, Seed
from lossland.rng import stream


def build(problem, sources: OneSource, *, seed: Seed, samples: Count) -> View:
    """Points. Notes: the weight decay, and the cost of the whole source for each (`samples.cost`)."""
    (source,) = sources
    rows = problem.journal.part("draws").rows(samples, problem.space.dimension)
    for row, point in zip(rows, source.points(source.chart.sample(samples, stream(seed, "draws"))), strict=True):
        row.copy_(point)
    return Subspace(rows, Points(samples), cost(source, samples) | source.decay)
