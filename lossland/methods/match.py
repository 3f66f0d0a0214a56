"""A network with its hidden units permuted to lie nearest to another (Ainsworth et al. 2023, Git Re-Basin, arXiv 2209.04836).

    theta = P theta_2,    P = argmax <theta_1, P theta_2>  over permutations of hidden units    =>    f_theta = f_theta_2

The search is that of `lossland.symmetries.permutations`; what may be permuted, heads of attention and what is inside them too,
is found by watching the network, where the released code lists it by hand. Nothing is trained.
"""

import torch

from lossland.geometry.measures import gram
from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import cost
from lossland.options import Seed, TwoSources
from lossland.rng import stream
from lossland.symmetries.permutations import matched, permuted, symmetries


def build(problem, sources: TwoSources, *, rotate: bool = False, seed: Seed = 0) -> Subspace:
    """`sources` are the network that stays and the one that is permuted; `seed` draws the order in which classes are tried.
    With `rotate` what is inside heads, and the rank of an adapter, is not permuted but rotated
    (`lossland.symmetries.rotations`); of two networks that `balance` has made, nothing else is left to match.

    Points, one. Notes: `moved`, the share of hidden units that are not where they were; `distance` [2] of the two networks
    before and after; what the second has cost. Raises ValueError if no units may be permuted, or the function is not the
    same.
    """
    first, second = (source.end.cpu() for source in sources)
    found = symmetries(problem, rotate)
    permutations = matched(problem.space, found, first, second, stream(seed, "match"), rotate)
    theta = permuted(problem.space, found, second, permutations)
    moved = sum(int((permutations[c] != torch.arange(n)).sum()) for c, n in found.classes.items())
    notes = {
        "moved": torch.tensor(moved / sum(found.classes.values())),
        "distance": torch.stack([gram(other[None], first)[0, 0].sqrt() for other in (second, theta)]),
    }
    return Subspace.of(theta, notes | cost(sources[1], 1) | sources[1].decay)
