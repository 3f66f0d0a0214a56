"""A network, or an adapter of one, whose products of parameters are balanced: another point, the same function.

    B, A -> U S^1/2, S^1/2 V^T    of an adapter that adds s B A = s U S V^T (Hu et al. 2021, arXiv 2106.09685)

Two adapters B, A and B G, G^-1 A are the same function, and may lie far apart; so do heads whose W_q, W_k become G W_q,
G^-T W_k. Balanced, they are one point, but for signs and rotations where S has equal values: `match(rotate=True)` brings those
of two balanced networks together. What is balanced is found by watching the network (`lossland.symmetries.balance`), layers of
peft as any others; a network without such products stays. Nothing is trained.
"""

import torch

from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import cost
from lossland.options import OneSource, Patterns
from lossland.symmetries.balance import balanced, factors
from lossland.symmetries.permutations import alike, symmetries


def build(problem, sources: OneSource, *, only: Patterns = ()) -> Subspace:
    """`only` are the names, or patterns of names, of the parameters whose products are balanced, by default all.

    Points, one. Notes: `products`, how many are balanced; what the source has cost. Raises ValueError if the network then
    computes something else, and for a pattern that matches none.
    """
    (source,) = sources
    found, theta = symmetries(problem, rotate=True), source.end.cpu()
    ways = factors(problem, found, problem.space.moved(only=only))
    made = balanced(problem.space, found, theta, ways)
    if not alike(problem, problem.point(theta))(problem.point(made)):
        raise ValueError("the network computes something else when its products are balanced; leave balance out")
    notes = {"products": torch.tensor(sum(found.classes[found.insides[c].outer] for c in ways))}
    return Subspace.of(made, notes | cost(source, 1) | source.decay)
