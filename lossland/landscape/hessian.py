"""The Hessian of the mean loss: its products with vectors, and both ends of its spectrum (Li et al. 2018, section 6).

    H v = sum over batches B of  |B| / N  d/dtheta (g_B . v),     g_B = the gradient of the mean loss of B (double backward)

One Lanczos run with full reorthogonalisation gives H ~ Q T Q^T on the Krylov space of a random start. A Ritz pair (l, Q s) of
T has the residual r = beta |last entry of s|, and an eigenvalue of H lies within it of l. That l is the *end* it does not say:
the start may have hardly a part of the end's eigenvector. But if an eigenvalue lies at l - d, below all Ritz values l_j, then
the square w of that part is at most 1 / K (w sum_j p_j(l - d)^2 <= 1, with the orthonormal polynomials p_j of T), where

    K >= (1 + (d / r)^2 prod_j (1 + d / (l_j - l))^2) / (first entry of s)^2

and a random start in D dimensions has w < e^2 / D with a probability of at most sqrt(2 / pi) e. So d with K = D / e^2 bounds
the error of the end, but for the probability RISK (van Dorsselaer, Hochstenbach & van der Vorst 2000, SIAM J. Matrix Anal.
Appl. 22, 837-852; differs in: the first of these two terms, which there is left out).

Differs from the released code in: the mean loss, not a sum of batch means, so batches may be unequal; both ends of one run, not
the larger one and then the other of a shifted matrix, which loses small negative eigenvalues; bounds; a seeded start.
"""

import contextlib
import math
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch.autograd.function import BackwardCFunction
from torch.nn.attention import SDPBackend, sdpa_kernel

from lossland.rng import stream

RISK = 1e-4  # that an end lies beyond its bound
SMALL = 1e-2  # of the largest |eigenvalue|: what is less is known as well as this would be
ROUNDING = 1e-6  # of a product, as a fraction of the largest |eigenvalue|
STEP, NEAR, FEW = 1e-5, 2e-2, 8  # of a difference, relative to theta; how near a second derivative is to it; examples
BLOCK = 16  # vectors of the basis that are made at a time
STEPWISE = partial(torch.backends.cudnn.flags, enabled=False, deterministic=True, allow_tf32=False)
ONCE = ("is not implemented", "differentiate twice", "once_differentiable", "double backward", "backward through")


@dataclass(frozen=True)
class Ritz:
    """The lowest and highest Ritz `values` [r], ascending, the `bounds` [r] on their errors, their `residuals` [r] and their
    `vectors` [r D]; the `products` it took. An end lies between its value and a bound further out."""

    values: torch.Tensor
    bounds: torch.Tensor
    residuals: torch.Tensor
    vectors: torch.Tensor
    products: int


def extremes(problem, theta, state, rng, leave_out=("bias", "norm"), split="train", only=(), **options) -> Ritz:
    """The ends of the spectrum of the Hessian at theta [D] of the parameters that `leave_out` and `only` leave in (see
    `ParamSpace.moved`).

    `state` are the batch-norm statistics, which stay as they are; `options` are those of `lanczos`.
    """
    mask = problem.space.mask(leave_out, only).to(theta)
    start = torch.randn(len(theta), generator=rng).to(theta) * mask
    return lanczos(Hessian(problem, theta, state, split, mask), start, **options)


def quadrature(product, start, steps):
    """Nodes t [n] and weights w [n], float64, sum w = 1, of the spectrum of the symmetric `product` as `start` [D] sees
    it: sum_k w_k t_k^j = q^T H^j q, q = start / |start|, for j < 2n (Ghorbani et al. 2019, arXiv 1901.10159).

    The nodes are the Ritz values of n = `steps` products, or of fewer if the space of the start is exhausted; the weights are
    the squares of the first entries of the vectors.
    """
    krylov = next(k for k in _krylov(product, start) if k.exhausted or len(k.values) == steps)
    return krylov.values, krylov.s[0] ** 2


class Hessian:
    """v [D] -> H v [D] at theta [D], under the batch-norm statistics `state`, of only the parameters in `mask` [D]."""

    def __init__(self, problem, theta, state, split="train", mask=None):
        self._problem, self._state, self._split = problem, state, split
        self._theta = theta.detach().clone().requires_grad_()
        self._mask = torch.ones_like(theta) if mask is None else mask
        self._number, self._looked_at = problem.units(split), False
        one = len(problem.task.minibatches(problem.size(split), problem.at_once)) == 1
        self._kept = list(self._batches()) if one else None

    def __call__(self, v):
        v, total = v * self._mask, torch.zeros_like(v)
        for share, times in self._kept or self._batches():
            with self._held():
                total.add_(times(v), alpha=share)
        return total.mul_(self._mask)

    @torch.enable_grad()
    def _batches(self):
        """(share of the examples, v -> the product of their mean loss) of each batch; kept if there is but one."""
        problem = self._problem
        for _, inputs, target in problem.batches(self._split):
            with self._held() as network:
                with problem.arithmetic():
                    outputs = network(*inputs)
                counted, times = self._times(outputs, target)
            yield counted / self._number, times

    def _times(self, outputs, target):
        """What a batch counts for, and its product."""
        loss, counted = self._problem.mean(outputs, target)
        gradient = torch.autograd.grad(loss, self._theta, create_graph=True)[0]
        self._refuse_once(gradient, loss)
        return counted, lambda v: _along(gradient, self._theta, v)

    def _refuse_once(self, *tensors):
        """Of the first batch: where a function of one's own has no second derivative, PyTorch takes that path for constant."""
        seen, todo = set(), [] if self._looked_at else [t.grad_fn for t in tensors]
        self._looked_at = True
        while todo:
            node = todo.pop()
            if node is not None and node not in seen:
                if node.name().endswith("autograd::Error"):
                    raise RuntimeError("a function of its own is marked as once_differentiable")
                seen.add(node)
                todo += [other for other, _ in node.next_functions]
        if any(isinstance(node, BackwardCFunction) for node in seen):
            self._refuse_another()

    def _refuse_another(self):
        """Raise ValueError unless the second derivative of a function of one's own is that of its first: in float64, of a few
        examples, along a random direction."""
        problem = replace(self._problem, precision="fp64")
        x, target = problem.few(FEW, self._split)
        inputs = (*(x if isinstance(x, tuple) else (x,)), *([[]] if problem.task.MEMORY else []))
        state = {name: own.double() for name, own in self._state.items()}

        def gradient(theta):
            theta.requires_grad_()
            with problem.space.loaded(theta, "predict", state) as network:
                loss = problem.mean(network(*inputs), target)[0]
            return torch.autograd.grad(loss, theta, create_graph=True)[0]

        theta = self._theta.detach().double()
        v = self._mask * torch.randn(len(theta), generator=stream("second derivative"), dtype=torch.float64).to(theta)
        step = STEP * theta.norm() / v.norm()
        told = _along(gradient(theta), theta, v)
        found = (gradient(theta.detach() + step * v) - gradient(theta.detach() - step * v)).detach() / (2 * step)
        if (told - found).norm() > NEAR * max(told.norm(), found.norm()):
            raise ValueError(
                "a function of the network's own has not the second derivative that follows from its first; in its backward use"
                " what ctx.save_for_backward kept, and operations of PyTorch"
            )

    @contextlib.contextmanager
    def _held(self):
        """The network at theta, of operations that have second derivatives: attention as a formula, recurrent layers step by
        step. Raises ValueError for one that has none."""
        space = self._problem.space
        try:
            with (
                sdpa_kernel(SDPBackend.MATH),
                STEPWISE() if space.recurrent else contextlib.nullcontext(),
                space.loaded(self._theta, "predict", self._state) as network,
            ):
                yield network
        except RuntimeError as error:
            if any(part in str(error) for part in ONCE):
                raise ValueError(
                    f"the network cannot be differentiated twice, as its Hessian needs ({error}); put another operation there"
                ) from error
            raise


class GaussNewton(Hessian):
    """v [D] -> G v [D],  G = mean of J^T S J,  J the Jacobian of an example's outputs by theta, S the Hessian of its loss by
    them (Schraudolph 2002): H without the curvature of the network, positive semidefinite if the loss is convex in the outputs.
    Of cross-entropy, and of half the squared error, it is the Fisher information."""

    def _times(self, outputs, target):
        free = outputs.detach().requires_grad_()
        loss, counted = self._problem.mean(free, target)
        slope = torch.autograd.grad(loss, free, create_graph=True)[0]
        u = torch.zeros_like(outputs, requires_grad=True)
        pulled = torch.autograd.grad(outputs, self._theta, u, create_graph=True)[0]  # J^T u, linear in u
        self._refuse_once(pulled, outputs)

        def times(v):
            pushed = _along(slope, free, _along(pulled, u, v))
            return torch.autograd.grad(outputs, self._theta, pushed, retain_graph=True)[0]

        return counted, times


MATRICES = {"Hessian": Hessian, "Gauss-Newton": GaussNewton}


def _along(gradient, of, v):
    """The derivative of `gradient` . v by `of`; zero if it does not depend on it, as of a loss that is linear."""
    if not gradient.requires_grad:
        return torch.zeros_like(of)
    return torch.autograd.grad(gradient, of, v, retain_graph=True)[0]


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
