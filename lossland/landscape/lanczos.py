"""Eigenvalues of a symmetric matrix of which only products are known: both ends of its spectrum, with bounds on their errors.

One Lanczos run with full reorthogonalisation gives H ~ Q T Q^T on the Krylov space of a random start. A Ritz pair (l, Q s) of
T has the residual r = beta |last entry of s|, and an eigenvalue of H lies within it of l. That l is the *end* it does not say:
the start may have hardly a part of the end's eigenvector. But if an eigenvalue lies at l - d, below all Ritz values l_j, then
the square w of that part is at most 1 / K (w sum_j p_j(l - d)^2 <= 1, with the orthonormal polynomials p_j of T), where

    K >= (1 + (d / r)^2 prod_j (1 + d / (l_j - l))^2) / (first entry of s)^2

and a random start in D dimensions has w < e^2 / D with a probability of at most sqrt(2 / pi) e. So d with K = D / e^2 bounds
the error of the end, but for the probability RISK (van Dorsselaer, Hochstenbach & van der Vorst 2000, SIAM J. Matrix Anal.
Appl. 22, 837-852; differs in: the first of these two terms, which there is left out).
"""

import math
from dataclasses import dataclass

import torch

RISK = 1e-4  # that an end lies beyond its bound
SMALL = 1e-2  # of the largest |eigenvalue|: what is less is known as well as this would be
ROUNDING = 1e-6  # of a product, as a fraction of the largest |eigenvalue|
BLOCK = 16  # vectors of the basis that are made at a time


@dataclass(frozen=True)
class Ritz:
    """The lowest and highest Ritz `values` [r], ascending, the `bounds` [r] on their errors, their `residuals` [r] and their
    `vectors` [r D]; the `products` it took. An end lies between its value and a bound further out."""

    values: torch.Tensor
    bounds: torch.Tensor
    residuals: torch.Tensor
    vectors: torch.Tensor
    products: int


def lanczos(product, start, *, lowest=1, highest=1, tolerance=1e-2, limit=100) -> Ritz:
    """The `lowest` and `highest` eigenvalues of the symmetric `product`, from a random normal `start` [D] on; entries that are
    zero in it are no dimensions.

    Ends when the bound of each is at most `tolerance` times that eigenvalue, or times SMALL of the largest |eigenvalue|, or
    after `limit` products. Keeps as many vectors [D] as products. Of equal eigenvalues one is found. Raises ValueError if the
    limit does not reach so many eigenvalues, FloatingPointError if a product is not finite.
    """
    if limit < max(lowest + highest, 2):
        raise ValueError(f"{limit} products do not find {lowest + highest} eigenvalues; allow more")
    least = (math.sqrt(math.pi / 2) * RISK) ** 2 / int(start.count_nonzero())  # part of the start, squared, of an eigenvector
    for krylov in _krylov(product, start):
        values, n = krylov.values, len(krylov.values)
        low, high = range(min(lowest, n)), range(max(n - highest, 0), n)
        ends = sorted({*low, *high})
        pairs = [_Pair(values, krylov.s, krylov.beta, i, -1 if i in low else 1, least) for i in ends]
        allowed = tolerance * values[ends].abs().clamp(min=SMALL * krylov.largest)
        enough = n >= lowest + highest and all(map(_Pair.within, pairs, allowed))
        if enough or krylov.exhausted or n == limit:
            break
    noise = ROUNDING * krylov.largest
    bounds = torch.stack([p.bound(d) for p, d in zip(pairs, allowed, strict=True)])
    bounds = bounds.clamp(noise, noise if krylov.exhausted else None)
    vectors = _combined(krylov.s[:, ends].T.to(start), krylov.basis)
    return Ritz(values[ends], bounds, krylov.beta * krylov.s[-1, ends].abs(), vectors, n)


def quadrature(product, start, steps):
    """Nodes t [n] and weights w [n], float64, sum w = 1, of the spectrum of the symmetric `product` as `start` [D] sees
    it: sum_k w_k t_k^j = q^T H^j q, q = start / |start|, for j < 2n (Ghorbani et al. 2019, arXiv 1901.10159).

    The nodes are the Ritz values of n = `steps` products, or of fewer if the space of the start is exhausted; the weights are
    the squares of the first entries of the vectors.
    """
    krylov = next(k for k in _krylov(product, start) if k.exhausted or len(k.values) == steps)
    return krylov.values, krylov.s[0] ** 2


@dataclass
class _Krylov:
    """After n products: the eigenvalues [n] and eigenvectors s [n n], in columns, of T, in float64; the next entry beside its
    diagonal, `beta`; the `basis`, blocks of n vectors [D] in all."""

    values: torch.Tensor
    s: torch.Tensor
    beta: float
    basis: list

    @property
    def largest(self):
        return float(self.values.abs().max())

    @property
    def exhausted(self):
        """Whether nothing is left to find from this start."""
        return self.beta <= ROUNDING * self.largest


def _krylov(product, start):
    """A `_Krylov` after each product, without end. Raises FloatingPointError if one is not finite."""
    basis, q, diagonal, beside = [], start / start.norm(), [], []
    while True:
        _append(basis, len(diagonal), q)
        w = product(q)
        diagonal.append(float(q.double() @ w.double()))
        if not math.isfinite(diagonal[-1]):
            raise FloatingPointError("a product with the Hessian is not finite; the loss at this point has no curvature")
        for _ in range(2):  # once leaves rounding errors that grow into copies of eigenvalues already found
            for block in basis:
                w = w - (block @ w) @ block
        beta = float(w.norm())
        yield _Krylov(*torch.linalg.eigh(_tridiagonal(diagonal, beside)), beta, basis)
        beside.append(beta)
        q = w / beta


class _Pair:
    """How far out on a `side` (-1, 1) of Ritz value i of `values` [n] an eigenvalue may be, of whose eigenvector the start has
    the part `least`."""

    def __init__(self, values, s, beta, i, side, least):
        # the bound without the other Ritz values, which bring it nearer
        self._alone = beta * s[-1, i].abs() * (s[0, i] ** 2 / least - 1).clamp(min=0).sqrt()
        self._gaps = side * (values[i] - torch.cat([values[:i], values[i + 1 :]]))

    def within(self, d):
        """Whether it is at most d [...]."""
        return d * (1 + d[..., None] / self._gaps).abs().prod(-1) >= self._alone

    def bound(self, allowed):
        """[], to a hundredth; at most what is `allowed` [] if it is within that."""
        tried = self._alone * torch.logspace(-4, 0, 900, dtype=torch.float64)
        found = torch.cat([tried[self.within(tried)], self._alone[None]])[0]
        return found.clamp(max=allowed) if self.within(allowed) else found


def _append(basis, n, q):
    """Vector n of `basis`, a list of blocks [BLOCK D] whose other rows are zero."""
    if n % BLOCK == 0:
        basis.append(q.new_zeros(BLOCK, len(q)))
    basis[-1][n % BLOCK] = q


def _combined(coefficients, basis):
    """coefficients [r n] @ basis, blocks of n vectors [D] in all, without a copy of them."""
    parts = torch.nn.functional.pad(coefficients, (0, -coefficients.shape[1] % BLOCK)).split(BLOCK, 1)
    return sum(part @ block for part, block in zip(parts, basis, strict=True))


def _tridiagonal(diagonal, beside):
    a, b = (torch.tensor(numbers, dtype=torch.float64) for numbers in (diagonal, beside))
    return a.diag() + b.diag(1) + b.diag(-1)
