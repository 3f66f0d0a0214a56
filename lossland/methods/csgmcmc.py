"""Cyclical stochastic-gradient MCMC (Zhang et al. 2020, arXiv 1902.03932), as compared with by Fort et al. 2019, figure S4.

    lr(i) = lr / 2 (cos(pi mod(i - 1, ceil(K/M)) / ceil(K/M)) + 1)           i of K steps, M cycles
    theta <- theta - lr(i) g + sqrt(2 T lr(i) / N) xi,  xi ~ N(0, 1) [D]     in the last part of each cycle, else without xi

g is the gradient of the batch's mean loss and N the number of training examples, so the target is exp(-N loss / T); at T = 1
that is the posterior whose prior is the weight decay. Under a momentum m the noise goes into the gradient with variance
2 T (1 - m) / (lr(i) N): Langevin dynamics with friction, and at m = 0 the step above. Differs from the released code in: its
temperature is 1/N by default; its noise begins with an epoch, here with a step; it keeps the networks after the last epochs
of a cycle, 48, 49 and 50 of 50, here at equal distances in the part with noise, e.g. 46.7, 48.3 and 50.
"""

from lossland.landscape.schedules import restarted
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Count, Fraction, NonNegative, NoSources, Recipe, Seed

VERTICES = "cycles * per_cycle"


def build(
    problem,
    sources: NoSources,
    *,
    recipe: Recipe,
    seed: Seed,
    cycles: Count,
    per_cycle: Count = 1,
    exploration: Fraction = 0.9,
    temperature: NonNegative = 1.0,
) -> Subspace:
    """`recipe.epochs` is the length of all `cycles`, `recipe.lr` the rate at the start of each; the noise begins after the
    share `exploration` of a cycle, and `per_cycle` networks are kept from there to its end, which is the last of them, at
    equal distances. The released code has 4 cycles of 50 epochs, noise in the last 5 of each, 3 networks.

    Raises ValueError for a recipe whose steps are not those of Langevin dynamics.
    """
    if recipe.optimiser != "sgd" or recipe.nesterov or recipe.momentum == 1:
        raise ValueError("csgmcmc draws samples by recipe.optimiser: sgd, without nesterov, at a momentum below 1; say so")
    steps, n = problem.steps(recipe.batch_size), problem.size("train")
    length = -(-recipe.epochs * steps // cycles)
    ends = [min(length * (i + 1), recipe.epochs * steps) for i in range(cycles)]
    apart = (1 - exploration) * length / per_cycle
    kept = [round(end - j * apart) / steps for end in ends for j in reversed(range(per_cycle))]

    def rate(at):
        return restarted(recipe, round(at * steps), length)

    def noise(at):
        explores = round(at * steps) % length < exploration * length
        return 0.0 if explores else (2 * temperature * (1 - recipe.momentum) / (rate(at) * n)) ** 0.5

    return trajectory(problem, problem.start(seed), recipe, seed, kept, rate, noise=noise)
