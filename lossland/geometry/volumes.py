"""Volumes of simplexes and complexes, from their Gram matrices: float64, in logarithms, no copy of the vertices.

    E = vertices - first vertex [n-1 D],  G = E E^T        log V = log det(G) / 2 - log (n-1)!        V of a point is 1
    d log V / d v = sum_j (G^-1)_vj E_j                    h_v = (n-1) V / V of the face without v

The volume of a complex is the sum over its simplexes. `released` is the formula of the code of Benton et al. 2021 (arXiv
2102.13042), a float32 Cayley-Menger determinant, which overflows and which cannot tell small volumes from none.
"""

import math

import torch

from lossland.geometry.measures import columns, gram


def inner(vertices):
    """Gram matrix [k k], float64, of the vertices [k D] seen from the first of them: its first row is zero."""
    return torch.nn.functional.pad(gram(vertices[1:], vertices[0]), (1, 0, 1, 0))


def extended(inner, vertices):
    """`inner` [k-1 k-1] of all vertices [k D] but the last, with the last: k D products, not k^2 D / 2."""
    row = torch.zeros(len(vertices), dtype=torch.float64, device=vertices.device)
    for own in columns(*vertices.shape):
        part = vertices[:, own].double()
        part = part - part[0]
        row += part @ part[-1]
    whole = torch.nn.functional.pad(inner, (0, 1, 0, 1))
    whole[-1], whole[:, -1] = row, row
    return whole


def edges(inner, simplex):
    """Gram matrix [n-1 n-1] of the edges of a simplex of n vertices from its first one."""
    first, rest = simplex[0], list(simplex[1:])
    return inner[rest][:, rest] - inner[rest, first][:, None] - inner[first, rest] + inner[first, first]


def squares(inner):
    """Squared distances [k k] between all vertices."""
    lengths = inner.diagonal()
    return (lengths[:, None] + lengths - 2 * inner).clamp(min=0)


def log_volume(inner, simplex):
    """log V [] of a simplex; -inf where its vertices depend on one another."""
    sign, logarithm = torch.linalg.slogdet(edges(inner, simplex))
    return torch.where(sign > 0, logarithm / 2, -math.inf) - math.lgamma(len(simplex))


def log_volumes(inner, simplexes):
    """log V [s] of each simplex of a complex; that of the complex is their logsumexp."""
    return torch.stack([log_volume(inner, simplex) for simplex in simplexes])


def height(inner, simplex, vertex):
    """The distance [] of a vertex of a simplex from the face of the others."""
    face = [v for v in simplex if v != vertex]
    return len(face) * (log_volume(inner, simplex) - log_volume(inner, face)).exp()


def slope(inner, simplex, vertex):
    """d log V / d vertex as coefficients [k] of the vertices, which sum to zero; zeros where there is no volume."""
    slope = torch.zeros_like(inner[0])
    if log_volume(inner, simplex) > -math.inf:
        own = [*(v for v in simplex if v != vertex), vertex]
        slope[own[1:]] = torch.linalg.solve(edges(inner, own), torch.eye(len(own) - 1).to(inner)[:, -1])
        slope[own[0]] = -slope.sum()
    return slope


def released(vertices):
    """V^2 [] of the simplex of the vertices [n D] as the released code computes it, with a gradient; 1 of a point.

    V^2 = |det [[d^2 1], [1 0]]| / ((n-1)!^2 2^(n-1)),  d the distances: all of it in the type of the vertices, float32.
    """
    n = len(vertices)
    if n == 1:
        return torch.ones((), dtype=vertices.dtype, device=vertices.device)
    centred = vertices - vertices.mean(0)
    lengths = centred.square().sum(1)
    squares = (lengths[:, None] + lengths - 2 * centred @ centred.T).clamp(min=0) * (1 - torch.eye(n).to(vertices))
    border = 1 - torch.eye(n + 1).to(vertices)
    matrix = torch.cat([torch.cat([squares, border[:-1, -1:]], 1), border[-1:]])
    return torch.linalg.det(matrix).abs() / float(math.factorial(n - 1) ** 2 * 2 ** (n - 1))
