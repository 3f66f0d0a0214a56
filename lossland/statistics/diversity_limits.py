"""How much two networks of given accuracies disagree, in two limits and between them (Fort et al. 2019, arXiv 1912.02757,
figure 5 and appendix).

a* and a are the accuracies of a reference and of another network, C the number of classes, d their disagreement. Networks that
err more often disagree more often, so that d is read in units of the error, d / (1 - a), the diversity of the plane, or of what
`independent` networks of these accuracies would have.

    independent   d = a* (1 - a) + a (1 - a*) + (1 - a*) (1 - a) (C - 2) / (C - 1)     errors independent of the reference's
    perturbed     d = (C - 1) (a* - a) / (C a* - 1)                                    its answers replaced at random
    family        a = a* (1 - p+) + (1 - a*) p- / (C - 1),     d = a* p+ + (1 - a*) p-,     p- = p+^gamma

In the family right answers are replaced with probability p+ and wrong ones with p-, each by one of the C - 1 others; with
gamma = 1 it is the perturbed reference. No answers replaced at random make a network better than the reference: there, where
the formula falls below 0, the perturbed limit is 0. Numbers or arrays; accuracies and disagreements are fractions.

Of one network a and d give p+ and p-, for the two equations are linear in them; the gamma of several is that of least squares,

    p- = (a - a* + d) (C - 1) / (C (1 - a*)),     p+ = [d - (1 - a*) p-] / a*,     gamma = argmin sum (p- - p+^gamma)^2
"""

import numpy as np

GAMMAS = np.geomspace(0.01, 100, 4001)  # 0.2 % apart


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


def rates(accuracy, disagreement, reference, classes):
    """(p+, p-), the shares of right and of wrong answers of the `reference` that were replaced by others."""
    wrong = (accuracy - reference + disagreement) * (classes - 1) / (classes * (1 - reference))
    return (disagreement - (1 - reference) * wrong) / reference, wrong


def fitted_gamma(accuracy, disagreement, reference, classes) -> float:
    """The exponent of the family that networks [n] lie nearest to, between 0.01 and 100; NaN if none has changed right answers,
    or if the reference has no wrong ones."""
    reference = np.broadcast_to(reference, np.shape(accuracy))
    known = (reference > 0) & (reference < 1)
    accuracy, disagreement, reference = (np.asarray(v)[known] for v in (accuracy, disagreement, reference))
    right, wrong = rates(accuracy, disagreement, reference, classes)
    inside = (right > 0) & (right < 1)
    if not inside.any():
        return np.nan
    off = wrong[inside] - right[inside] ** GAMMAS[:, None]
    return float(GAMMAS[(off**2).sum(axis=1).argmin()])


def over_error(disagreement, error):
    """The disagreement d in units of a network's own error; NaN if it does not err."""
    error = np.asarray(error, float)
    return np.asarray(disagreement) / np.where(error > 0, error, np.nan)


def over_independent(disagreement, accuracy, reference, classes):
    """The disagreement d in units of that of independent networks of the same accuracies: 1 if errors tell nothing of each
    other; NaN if neither errs."""
    return over_error(disagreement, independent(accuracy, reference, classes))
