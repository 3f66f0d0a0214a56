"""Language modelling by a network that sees a piece of text whole: each token from those before it, as Hugging Face has it.

nll = -log softmax(f(x)_t)_(y_t+1)        error = [argmax f(x)_t != y_t+1]        perplexity = exp(mean nll)

Labels [n T] are the tokens [n T] of the inputs: they are shifted here. The first of a piece has none before it, and no score.
"""

from lossland.tasks import tokens

SCORES = ("nll", "error")


def fit(outputs, target, classes):
    """Raises ValueError unless outputs [n T C] belong to tokens [n T]."""
    if target.ndim != 2 or outputs.ndim != 3:
        given = f"the network gives {list(outputs.shape)} for labels {list(target.shape)}"
        raise ValueError(f"{given}, and task causal is of tokens [n T] and logits [n T C]; name another task")
    if target.shape[1] < 2:
        raise ValueError("pieces of one token have none before it to be scored by; make them longer")
    tokens.fit(outputs, target, classes)


def targets(target):
    """The labels [m] of all tokens but the first of each piece; what is of this form already stays as it is."""
    return tokens.targets(target if target.ndim == 1 else target[:, 1:])


def rows(outputs, target):
    """Logits [m C] and the labels [m] of the tokens after them."""
    return (outputs if outputs.ndim == 2 else outputs[:, :-1].flatten(0, -2)), targets(target)


def losses(outputs, target):
    """Negative log-likelihood [m] of logits [n T C]."""
    return tokens.losses(*rows(outputs, target))


def scores(outputs, target):
    """The SCORES of every token that has one before it, [m 2]."""
    return tokens.scores(*rows(outputs, target))


def probabilities(outputs):
    """Predictive distribution [m C], in float64."""
    return tokens.probabilities(outputs if outputs.ndim == 2 else outputs[:, :-1])
