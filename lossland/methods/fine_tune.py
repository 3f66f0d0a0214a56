"""A training that begins at another network: fine-tuning (Benton et al. 2021, arXiv 2102.13042, App. B.3), longer training.

theta_0 = the source's last network;    then as `sgd`, by a schedule of its own

What goes on under the schedule of the first training is `fork`.
"""

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import OneSource, Recipe, Seed


def build(problem, sources: OneSource, *, recipe: Recipe, seed: Seed) -> Subspace:
    """Points, the trained network. Notes: see `landscape.train.trajectory`; the source's training counts in what was spent."""
    (run,) = sources
    key = (seed, "fine tune")  # other batches than those that led to the source
    return trajectory(problem, run.end, recipe, key, [recipe.epochs], before=run.lineage)
