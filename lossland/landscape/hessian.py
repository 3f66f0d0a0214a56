"""The Hessian of the mean loss: its products with vectors, and both ends of its spectrum (Li et al. 2018, section 6).

    H v = sum over batches B of  |B| / N  d/dtheta (g_B . v),     g_B = the gradient of the mean loss of B (double backward)

One Lanczos run with full reorthogonalisation gives H ~ Q T Q^T on the Krylov space of a random start. A Ritz pair (l, Q s) of
T has the residual |H Q s - l Q s| = beta |last entry of s|, and an eigenvalue of H lies within it of l. That it is the *end* a
small residual does not say: beside one far outlier, a Ritz value in the bulk has one from the start. So both ends must also
have stood still for PATIENCE products.

Differs from the released code in: the mean loss, not a sum of batch means, so batches may be unequal; both ends of one run, not
the larger one and then the other of a shifted matrix, which loses small negative eigenvalues; residuals; a seeded start.
"""

import math
from dataclasses import dataclass

import torch

PATIENCE = 5


@dataclass(frozen=True)
class Ritz:
    """The lowest and highest Ritz `values` [r], ascending, their `residuals` [r], `vectors` [r D]; the `products` it took."""

    values: torch.Tensor
    residuals: torch.Tensor
    vectors: torch.Tensor
    products: int


def extremes(problem, theta, state, rng, leave_out=("bias", "norm"), split="train", **options) -> Ritz:
    """The ends of the spectrum of the Hessian at theta [D] of the parameters whose kinds are not in `leave_out`.

    `state` are the batch-norm statistics, which stay as they are; `options` are those of `lanczos`.
    """
    mask = problem.space.mask(leave_out).to(theta)
    if not mask.any():
        raise ValueError(f"leave_out names {', '.join(leave_out)}, which is all that the network has; leave something in")
    start = torch.randn(len(theta), generator=rng).to(theta) * mask
    return lanczos(Hessian(problem, theta, state, split, mask), start, **options)


class Hessian:
    """v [D] -> H v [D] at theta [D], under the batch-norm statistics `state`, of the parameters in `mask` [D] alone."""

    def __init__(self, problem, theta, state, split="train", mask=None):
        self._problem, self._state, self._split = problem, state, split
        self._theta = theta.detach().clone().requires_grad_()
        self._mask = torch.ones_like(theta) if mask is None else mask
        parts = [rows.numel() for rows in problem.task.minibatches(problem.size(split), problem.batch_size)]
        self._number = sum(parts)
        self._kept = list(self._gradients()) if len(parts) == 1 else None

    def __call__(self, v):
        v, total = v * self._mask, torch.zeros_like(v)
        for share, gradient in self._kept or self._gradients():
            (product,) = torch.autograd.grad(gradient, self._theta, v, retain_graph=self._kept is not None)
            total.add_(product, alpha=share)
        return total.mul_(self._mask)

    @torch.enable_grad()
    def _gradients(self):
        """(share of the examples, gradient that can be differentiated) of each batch; kept where there is but one."""
        problem = self._problem
        for _, inputs, target in problem.batches(self._split):
            with problem.arithmetic():
                losses = problem.task.losses(problem.space.predict(self._theta, self._state, *inputs), target)
            loss = losses.mean()
            yield losses.numel() / self._number, torch.autograd.grad(loss, self._theta, create_graph=True)[0]


def lanczos(product, start, *, lowest=1, highest=1, tolerance=1e-2, limit=60) -> Ritz:
    """The `lowest` and `highest` eigenvalues of the symmetric `product`, from `start` [D] on.

    Ends when the residuals of all of them, and their moves in the last PATIENCE products, are at most `tolerance` times the
    largest |eigenvalue|, or after `limit` products. Keeps as many vectors [D] as products. Raises ValueError if the limit
    does not reach so many eigenvalues, FloatingPointError where a product is not finite.
    """
    if limit < max(lowest + highest, 2):
        raise ValueError(f"{limit} products do not find {lowest + highest} eigenvalues; allow more")
    basis, diagonal, beside, seen = [start / start.norm()], [], [], []
    while True:
        w = product(basis[-1])
        diagonal.append(float(basis[-1].double() @ w.double()))
        if not math.isfinite(diagonal[-1]):
            raise FloatingPointError("a product with the Hessian is not finite; the loss at this point has no curvature")
        for _ in range(2):  # once leaves rounding errors that grow into copies of eigenvalues already found
            for q in basis:
                w = w - (q @ w) * q
        beta = float(w.norm())
        values, s = torch.linalg.eigh(_tridiagonal(diagonal, beside))
        n = len(values)
        ends = sorted({*range(min(lowest, n)), *range(max(n - highest, 0), n)})
        residuals, bound = beta * s[-1, ends].abs(), tolerance * values.abs().max()
        seen.append(values[ends])
        still = n >= lowest + highest + PATIENCE and bool(((values[ends] - seen[-1 - PATIENCE]).abs() <= bound).all())
        exhausted = beta <= 1e-6 * float(values.abs().max())  # nothing is left to find from this start
        if (still and bool((residuals <= bound).all())) or exhausted or n == limit:
            return Ritz(values[ends], residuals, s[:, ends].T.to(start) @ torch.stack(basis), n)
        beside.append(beta)
        basis.append(w / beta)


def _tridiagonal(diagonal, beside):
    a, b = (torch.tensor(numbers, dtype=torch.float64) for numbers in (diagonal, beside))
    return a.diag() + b.diag(1) + b.diag(-1)
