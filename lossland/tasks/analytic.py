"""A loss that is a formula of theta: what the network gives for an example is the loss itself.

nll = f(theta)        in the units of the formula, called nll as every other loss that is trained and drawn
"""

from lossland.tasks import full

SCORES = ("nll",)


def outputs(classes):
    """The loss."""
    return 1


def targets(target):
    """One for each example, and of no use."""
    return target


def rows(outputs, target):
    """The losses [n], of no targets."""
    return outputs.reshape(-1), target


def losses(outputs, target):
    """The losses [n] that were given, [n] or [n 1]."""
    return full(outputs).reshape(-1)


def scores(outputs, target):
    """The SCORES of every example, [n 1]."""
    return losses(outputs, target)[:, None]


def probabilities(outputs):
    """Raises ValueError: nothing is predicted."""
    raise ValueError("a formula predicts nothing; measure landscape, or name data with classes")


def fit(outputs, target, classes):
    """Raises ValueError unless there is one number for each example."""
    if outputs.numel() != len(target):
        raise ValueError(f"the network gives {list(outputs.shape)} for {len(target)} examples; give a loss for each")
