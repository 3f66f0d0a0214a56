"""Learning-rate schedules of the papers: the factor on `recipe.lr` at a moment of training.

`at` is the time in epochs (epoch + step / steps), `recipe.epochs` the whole length.
"""

import itertools
import math


def constant(recipe, at):
    return 1.0


def garipov(recipe, at):
    """1 for the first half, then linear to 0.01 at 90 %, then 0.01; one value an epoch (Garipov et al. 2018, code)."""
    done = (math.floor(at) + 1) / recipe.epochs
    return 1.0 if done <= 0.5 else 1.0 - 0.99 * (done - 0.5) / 0.4 if done <= 0.9 else 0.01


def cosine(recipe, at):
    """Half a cosine from 1 to 0, a new value each step (SGDR, arXiv 1608.03983, without restarts)."""
    return 0.5 * (1 + math.cos(math.pi * at / recipe.epochs))


def steps(recipe, at):
    """`gamma` to the number of `milestones` passed; milestones are fractions of the training (Li et al. 2018).

    Where `gamma` lists a factor for each milestone, the product of those passed (the Keras example for CIFAR-10).
    """
    passed = [at >= m * recipe.epochs for m in recipe.milestones]
    if isinstance(recipe.gamma, (list, tuple)):
        return math.prod(itertools.compress(recipe.gamma, passed))
    return recipe.gamma ** sum(passed)


def exponential(recipe, at):
    """1 until the first of `milestones`, then times `gamma` with every epoch (TensorFlow's tutorial on PTB)."""
    return recipe.gamma ** max(0, math.floor(at) + 1 - round(recipe.milestones[0] * recipe.epochs))


def restarted(recipe, step, length):
    """The rate of step 0, 1, ... under half cosines of `length` steps, one after another (arXiv 1704.00109, 1902.03932)."""
    return recipe.lr / 2 * (math.cos(math.pi * (step % length) / length) + 1)


def learning_rate(recipe, at: float) -> float:
    return recipe.lr * globals()[recipe.schedule](recipe, at)
