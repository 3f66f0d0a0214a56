"""How much two networks of given accuracies disagree, in two limits and between them (Fort et al. 2019, arXiv 1912.02757,
figure 5 and appendix).

a* and a are the accuracies of a reference and of another network, C the number of classes, d their disagreement; d / (1 - a)
is the diversity of the plane.

    independent   d = a* (1 - a) + a (1 - a*) + (1 - a*) (1 - a) (C - 2) / (C - 1)     errors independent of the reference's
    perturbed     d = (C - 1) (a* - a) / (C a* - 1)                                    its answers replaced at random
    family        a = a* (1 - p+) + (1 - a*) p- / (C - 1),     d = a* p+ + (1 - a*) p-,     p- = p+^gamma

In the family right answers are replaced with probability p+ and wrong ones with p-, each by one of the C - 1 others; with
gamma = 1 it is the perturbed reference. No answers replaced at random make a network better than the reference: there, where
the formula falls below 0, the perturbed limit is 0. Numbers or arrays; accuracies and disagreements are fractions.
"""

import numpy as np


def independent(accuracy, reference, classes):
    """The disagreement d with a network of accuracy `reference` whose errors tell nothing of one's own."""
    both_wrong = (1 - reference) * (1 - accuracy)
    return reference * (1 - accuracy) + accuracy * (1 - reference) + both_wrong * (classes - 2) / (classes - 1)


def perturbed(accuracy, reference, classes):
    """The disagreement d with a `reference` above chance, 1/C, whose answers were replaced until `accuracy` was left.

    0 for accuracies above the reference's, which are not reached so.
    """
    return np.maximum(0, (classes - 1) * (reference - accuracy) / (classes * reference - 1))


def family(share, reference, classes, gamma):
    """(accuracy a, disagreement d) where the `share` p+ of right answers and p+^gamma of the wrong ones was replaced."""
    wrong = share**gamma
    accuracy = reference * (1 - share) + (1 - reference) * wrong / (classes - 1)
    return accuracy, reference * share + (1 - reference) * wrong
