"""Fast geometric ensembling (Garipov et al. 2018, arXiv 1802.10026, section 5): short cycles of the learning rate.

    lr(i) = (1 - 2t) high + 2t low          for t <= 1/2,      t = (mod(i - 1, c) + 1) / c
            (2 - 2t) low + (2t - 1) high    for t > 1/2,       i in steps, c steps in a cycle

The result is Points: the networks at the lowest rates, in the middle of each cycle. Training goes on from a network, or
from a snapshot before its annealing ends. Differs from the released code: the rate starts at t = 1/c, as in the paper,
not at 0 (`ahead: 0`); networks at the highest rate are not kept; the momentum starts at zero, not with that of the checkpoint.
"""

from functools import partial
from typing import Annotated, Literal

from lossland.landscape.subspace import Subspace
from lossland.landscape.train import trajectory
from lossland.options import Between, Count, OneSource, Positive, Recipe, Seed, Snapshot


def build(
    problem,
    sources: OneSource,
    *,
    recipe: Recipe,
    seed: Seed,
    low: Positive,
    cycle: Annotated[int, Between(2)] = 4,
    start: Snapshot | None = None,
    keep_start: bool = False,
    per_cycle: Count = 1,
    ahead: Literal[0, 1] = 1,
) -> Subspace:
    """`recipe.lr` is the highest rate and `low` the lowest; `cycle` is an even number of epochs.

    `start` is the epoch of the source's snapshot to go on from (default: its last); `keep_start` makes it the first member,
    as in the paper's run on ImageNet. `per_cycle` networks are kept in every cycle, at equal distances in time and one of
    them at the lowest rate, to see what happens in between. With `ahead` 0 each step has the rate of the one before.
    """
    if cycle % 2:
        raise ValueError(f"cycle is {cycle}: the lowest rate falls in the middle of a cycle, so it must be even")
    if recipe.epochs < cycle // 2:
        raise ValueError(f"recipe.epochs is {recipe.epochs}, but the first network is kept after {cycle // 2}; train longer")
    first = cycle // 2 - per_cycle // 2 * cycle / per_cycle  # the lowest rate, less whole distances
    kept = [first + i * cycle / per_cycle for i in range(1 + per_cycle * recipe.epochs // cycle + per_cycle)]
    kept = [0.0] * keep_start + [e for e in kept if 0 < e <= recipe.epochs]
    (run,) = sources
    point, before = (run.end, run.lineage) if start is None else run.before(start)
    steps = cycle * problem.steps(recipe.batch_size)
    rated = partial(rate, high=recipe.lr, low=low, cycle=cycle, steps=steps, ahead=ahead)
    key = (seed, "fge", start)  # two runs from one training see different batches
    return trajectory(problem, point, recipe, key, kept, rated, before)


def rate(at, *, high, low, cycle, steps, ahead=1):
    """The learning rate of the step that begins `at` epochs; a cycle has `cycle` epochs and `steps` steps."""
    t = at % cycle / cycle + ahead / steps
    return (1 - 2 * t) * high + 2 * t * low if t <= 1 / 2 else (2 - 2 * t) * low + (2 * t - 1) * high
