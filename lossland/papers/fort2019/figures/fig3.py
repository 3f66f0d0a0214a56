"""Fort et al. 2019 (arXiv 1912.02757), figures 3 and S4: how alike the networks of a set are, in weights and in labels.

Each network of a set against each other; above each matrix, the mean of all pairs.

    cosine(i, j) = <theta_i, theta_j> / (|theta_i| |theta_j|)        disagreement(i, j) = share of examples with other labels

A row for each set: independent networks of one architecture, or the samples of one run of cyclical SG-MCMC (what figure S4
shows is remembered, not confirmed).

In the paper independent networks are nearly orthogonal (as remembered, not confirmed). In a re-implementation (CIFAR-10, ten
networks of each kind) labels differ on 27 % of the examples for a CNN of 15,722 parameters and on 13 % for a residual network
of 575,114, where the mean cosines are 0.01 and, with the scales of batch norm, 0.18.
"""

from matplotlib.figure import Figure

from lossland.plotting.figures import similarity
from lossland.statistics.tables import Table


def draw(*, cosine: Table("cosine"), disagreement: Table("disagreement")) -> Figure:
    """A row for each label; rows share their colours."""
    return similarity.draw(cosine=cosine, disagreement=disagreement)
