"""A network with its hidden units in another order: another point, the same function (Draxler et al. 2018, arXiv 1803.00885,
section 5).

    theta = P theta_1,    f_theta = f_theta_1

How far apart such copies are, and how high the path between them, is not a matter of their functions. Nothing is trained.
"""

from typing import Literal

import torch

from lossland.landscape.evaluate import train_nll
from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import cost
from lossland.options import OneSource, Seed
from lossland.rng import stream
from lossland.symmetries.permutations import permuted, symmetries, without


def build(
    problem,
    sources: OneSource,
    *,
    order: Literal["reversed", "random", "exchanged"] = "random",
    seed: Seed = 0,
) -> Subspace:
    """The units of each class in `reversed` order, the middle one of an odd number in its place; in a `random` one drawn under
    `seed`; or with the two `exchanged` that are needed most, those without which the train nll is highest, all others in place.

    A unit is removed by zeros for all entries along its class's axes. That costs `exchanged` a pass over the training data
    for each unit, two with batch norm, whose statistics are calibrated without it.
    Points, one. Notes: what the source has cost; of `exchanged`, `removal` [units] the train nll [nats] without each unit, of
    all classes in order. Raises ValueError if no units may be permuted, or the function is not the same.
    """
    (source,) = sources
    found, theta, rng, notes = symmetries(problem), source.end.cpu(), stream(seed, "permute"), {}
    if order == "exchanged":
        notes["removal"] = _removal(problem, found, theta)
        parts = notes["removal"].split(list(found.classes.values()))
        orders = {c: _exchange(part) for c, part in zip(found.classes, parts, strict=True)}
    else:
        orders = {
            c: torch.arange(n).flip(0) if order == "reversed" else torch.randperm(n, generator=rng)
            for c, n in found.classes.items()
        }
    theta = permuted(problem.space, found, theta, orders)
    return Subspace.of(theta, notes | cost(source, 1) | source.decay)


def _removal(problem, found, theta):
    """The train nll [units], float64, of theta [D] without each unit of each class."""
    units = [(c, i) for c, n in found.classes.items() for i in range(n)]
    return torch.stack([train_nll(problem, without(problem.space, found, theta, c, i)) for c, i in units])


def _exchange(removal):
    """The order [n] of units in which the two of the highest `removal` [n] have changed places; of equal ones the first."""
    order, needed = torch.arange(len(removal)), removal.argsort(descending=True, stable=True)[:2]
    order[needed] = needed.flip(0)
    return order
