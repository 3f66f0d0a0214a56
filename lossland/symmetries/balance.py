"""Products of parameters in balance: of all networks that invertible maps of the factors make, the one of least norm.

    X^T Y stays if X [r p], Y [r q] become G X, G^-T Y,    G [r r] invertible
    X^T Y = U S V^T    =>    X = S^1/2 U^T,  Y = S^1/2 V^T,    |X|^2 + |Y|^2 = 2 tr S, the least, and X X^T = Y Y^T

X and Y are all parameters that count the r places, side by side: A and B of a low-rank adapter (Hu et al. 2021, arXiv
2106.09685), whose network has W_0 + s B A; in each head the weights and biases of queries, and those of keys; of values, and
the outputs. Which make up a factor is tried out: the network must compute the same after a random G. The signs are those by
which the largest entry of each row of X is positive; where S has equal values a rotation is left, for `matched(rotate=True)`.
"""

from itertools import product

import torch
from torch.nn.functional import pad

from lossland.rng import stream
from lossland.symmetries.permutations import alike, blocks
from lossland.symmetries.tracing import Symmetries

MOST = 8  # parameters that share places: of more, there are too many ways to divide them
TURNS, EVEN = 200, 1e-5  # of products that share a parameter; the share by which X X^T and Y Y^T may differ


@torch.no_grad()
def factors(problem, found: Symmetries, names) -> dict[str, tuple[int, ...]]:
    """Of what is inside the units of a class, if maps may mix it, the factor, 0 or 1, that each of its places belongs to; of
    products of the parameters `names`."""
    rng, made = stream("factors"), {}
    theta = problem.init(0)
    theta = theta + 0.1 * torch.randn(len(theta), generator=rng).to(theta)
    same = alike(problem, theta)
    for c, inside in found.insides.items():
        axes = {(name, i) for name, i, *_ in inside.places}
        own = {name for name, _ in axes}
        # a parameter that counts them twice, as in x + W x, is in both factors, and they in no product
        if inside.rotates and len(inside.places) <= MOST and own <= {*names} and len(own) == len(axes):
            drawn = torch.randn(found.classes[inside.outer], inside.size, inside.size, generator=rng, dtype=torch.float64)
            g = torch.linalg.matrix_exp(drawn / 2 / inside.size**0.5)
            mixed = ((way, _mixed(problem.space, found, theta, inside, way, g)) for way in _ways(problem.space, found, inside))
            if way := next((way for way, point in mixed if same(point)), None):
                made[c] = way
    return made


def _ways(space, found, inside):
    """All ways to divide the places into two factors. First that by which the second has all but the first parameter, and
    biases are where the weight of their module is, at the same place."""
    likely, beside = [], {}
    views = space.unravel(torch.empty(space.dimension))
    for (name, _, start, _), (_, block) in zip(inside.places, blocks(views, found, inside), strict=True):
        module, factor = (name.rpartition(".")[0], start), int(bool(likely))
        likely.append(beside.get(module, factor) if block.ndim == 2 else factor)
        beside.setdefault(module, likely[-1])
    ways = [way for way in product((0, 1), repeat=len(likely)) if any(way) and not way[0]]
    return sorted(ways, key=lambda way: sum(a != b for a, b in zip(way, likely, strict=True)))


def _mixed(space, found, theta, inside, way, g):
    """A copy of theta [D] with G times one factor, and the transposed inverse of G times the other."""
    theta = theta.clone()
    for (_, block), factor in zip(blocks(space.unravel(theta), found, inside), way, strict=True):
        block.copy_(torch.einsum("npq,nq...->np...", (g.inverse().mT if factor else g).to(block), block))
    return theta


def balanced(space, found: Symmetries, theta, ways):
    """A copy of theta [D] with the factors of all its products balanced; `ways` are those of `factors`.

    Products that share a parameter, as of three linear layers, take turns until all are in balance.
    """
    theta = theta.clone()
    views = space.unravel(theta)
    for _ in range(TURNS):
        uneven = [_balance([block for _, block in blocks(views, found, found.insides[c])], way) for c, way in ways.items()]
        if not any(uneven):
            break
    return theta


def _balance(parts, way):
    """Balances the factors that `parts`, views [n r ...], make up, and tells whether they were not."""
    own = [[part for part, factor in zip(parts, way, strict=True) if factor == k] for k in (0, 1)]
    flat = [[part.reshape(*part.shape[:2], -1) for part in factor] for factor in own]
    x, y = (torch.cat(factor, -1).double() for factor in flat)
    for views, new, old in zip(own, _balanced(x, y), flat, strict=True):
        for view, part in zip(views, new.split([one.shape[-1] for one in old], -1), strict=True):
            view.copy_(part.reshape(view.shape))
    return bool((x @ x.mT - y @ y.mT).norm() > EVEN * (x @ x.mT).norm())


def _balanced(x, y):
    """The factors [n r p], [n r q] in balance; if there are more places than the product has ranks, the last ones are 0."""
    (p, a), (q, b) = (torch.linalg.qr(factor.mT) for factor in (x, y))
    u, s, vh = torch.linalg.svd(a @ b.mT, full_matrices=False)
    rows = [((basis @ one) * s.sqrt()[:, None]).mT for basis, one in ((p, u), (q, vh.mT))]
    signs = rows[0].gather(-1, rows[0].abs().argmax(-1, keepdim=True)).sign()
    return [pad(signs * one, (0, 0, 0, x.shape[1] - one.shape[1])) for one in rows]
