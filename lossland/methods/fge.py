"""Fast geometric ensembling (Garipov et al. 2018, arXiv 1802.10026, section 5): short cycles of the learning rate.

    lr(i) = (1 - 2t) high + 2t low          for t <= 1/2,      t = (mod(i - 1, c) + 1) / c
            (2 - 2t) low + (2t - 1) high    for t > 1/2,       i in steps, c steps in a cycle

The result is Points: the networks at the lowest rates, in the middle of each cycle. Training goes on from a network, or
from a snapshot before its annealing ends. Differs from the released code: the rate starts at t = 1/c, as in the paper,
not at 0; networks at the highest rate are not kept; the momentum starts at zero, not with that of the checkpoint.
"""

from functools import partial
from typing import Annotated

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Between, Index, Positive, Recipe, Seed


def build(
    problem,
    sources: Annotated[list, Between(1, 1)],
    *,
    recipe: Recipe,
    seed: Seed,
    low: Positive,
    cycle: Annotated[int, Between(2)] = 4,
    start: Index | None = None,
    keep_start: bool = False,
) -> Subspace:
    """`recipe.lr` is the highest rate and `low` the lowest; `cycle` is an even number of epochs.

    `start` is the epoch of the source's snapshot to go on from (default: its last); `keep_start` makes it the first member,
    as in the paper's run on ImageNet.
    """
    if cycle % 2:
        raise ValueError(f"cycle is {cycle}: the lowest rate falls in the middle of a cycle, so it must be even")
    if recipe.epochs < cycle // 2:
        raise ValueError(f"recipe.epochs is {recipe.epochs}, but the first network is kept after {cycle // 2}; train longer")
    kept = [e for e in range(0 if keep_start else 1, recipe.epochs + 1) if e % cycle == cycle // 2 or e == 0]
    point = sources[0].end if start is None else sources[0].snapshot(start)
    steps = cycle * problem.steps(recipe.batch_size)
    return trajectory(problem, point, recipe, seed, kept, partial(rate, high=recipe.lr, low=low, cycle=cycle, steps=steps))


def rate(at, *, high, low, cycle, steps):
    """The learning rate of the step that begins `at` epochs; a cycle has `cycle` epochs and `steps` steps."""
    t = at % cycle / cycle + 1 / steps
    return (1 - 2 * t) * high + 2 * t * low if t <= 1 / 2 else (2 - 2 * t) * low + (2 * t - 1) * high
