"""Classification of each token of a sequence, its classes along the last axis, as those of Hugging Face.

nll = -log softmax(f(x)_t)_(y_t)        error = [argmax f(x)_t != y_t]        perplexity = exp(mean nll)

Labels [n T] are of the tokens themselves, or of the next ones if the data have shifted them; `causal` shifts.
"""

from lossland.tasks import classification
from lossland.tasks.classification import targets as targets

SCORES = ("nll", "error")


def rows(outputs, target):
    """Logits [m C] and labels [m] of all tokens."""
    return outputs.flatten(0, -2), targets(target)


def losses(outputs, target):
    """Negative log-likelihood [m] of logits [n T C]."""
    return classification.losses(*rows(outputs, target))


def scores(outputs, target):
    """The SCORES of every token, [m 2]."""
    return classification.scores(*rows(outputs, target))


def probabilities(outputs):
    """Predictive distribution [m C], in float64."""
    return outputs.flatten(0, -2).double().softmax(1)


def fit(outputs, target, classes):
    """Raises ValueError unless outputs [n ... C] belong to labels [n ...] of at most C classes."""
    classification.refuse_labels(outputs, target, -1)
    classification.refuse_few(outputs.shape[-1], classes)
