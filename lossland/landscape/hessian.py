"""The Hessian of the mean loss: its products with vectors, and both ends of its spectrum (Li et al. 2018, section 6).

    H v = sum over batches B of  |B| / N  d/dtheta (g_B . v),     g_B = the gradient of the mean loss of B (double backward)

One Lanczos run with full reorthogonalisation gives H ~ Q T Q^T on the Krylov space of a random start. A Ritz pair (l, Q s) of
T has the residual |H Q s - l Q s| = beta |last entry of s|, and an eigenvalue of H lies within it of l. That it is the *end* a
small residual does not say: beside one far outlier, a Ritz value in the bulk has one from the start. So both ends must also
have stood still for PATIENCE products.

Differs from the released code in: the mean loss, not a sum of batch means, so batches may be unequal; both ends of one run, not
the larger one and then the other of a shifted matrix, which loses small negative eigenvalues; residuals; a seeded start.
"""

import contextlib
import math
from dataclasses import dataclass
from functools import partial

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

PATIENCE = 5
STEPWISE = partial(torch.backends.cudnn.flags, enabled=False, deterministic=True, allow_tf32=False)
ONCE = ("is not implemented", "differentiate twice", "once_differentiable", "double backward", "backward through")


@dataclass(frozen=True)
class Ritz:
    """The lowest and highest Ritz `values` [r], ascending, their `residuals` [r], `vectors` [r D]; the `products` it took."""

    values: torch.Tensor
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


class Hessian:
    """v [D] -> H v [D] at theta [D], under the batch-norm statistics `state`, of the parameters in `mask` [D] alone."""

    def __init__(self, problem, theta, state, split="train", mask=None):
        self._problem, self._state, self._split = problem, state, split
        self._theta = theta.detach().clone().requires_grad_()
        self._mask = torch.ones_like(theta) if mask is None else mask
        self._number, self._looked_at = problem.units(split), False
        one = len(problem.task.minibatches(problem.size(split), problem.batch_size)) == 1
        self._kept = list(self._gradients()) if one else None

    def __call__(self, v):
        v, total = v * self._mask, torch.zeros_like(v)
        for share, gradient in self._kept or self._gradients():
            if gradient.requires_grad:  # else the loss is linear in theta
                with self._held():
                    (product,) = torch.autograd.grad(gradient, self._theta, v, retain_graph=self._kept is not None)
                total.add_(product, alpha=share)
        return total.mul_(self._mask)

    @torch.enable_grad()
    def _gradients(self):
        """(share of the examples, gradient that can be differentiated) of each batch; kept if there is but one."""
        problem = self._problem
        for _, inputs, target in problem.batches(self._split):
            with self._held() as network:
                with problem.arithmetic():
                    outputs = network(*inputs)
                loss, counted = problem.mean(outputs, target)
                gradient = torch.autograd.grad(loss, self._theta, create_graph=True)[0]
                self._refuse_once(gradient)
            yield counted / self._number, gradient

    def _refuse_once(self, gradient):
        """Of the first batch: where a function of one's own has no second derivative, PyTorch takes that path for constant."""
        seen, todo = set(), [] if self._looked_at else [gradient.grad_fn]
        self._looked_at = True
        while todo:
            node = todo.pop()
            if node is not None and node not in seen:
                if node.name().endswith("autograd::Error"):
                    raise RuntimeError("a function of its own is marked as once_differentiable")
                seen.add(node)
                todo += [other for other, _ in node.next_functions]

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
            return Ritz(values[ends], residuals, _combined(s[:, ends].T.to(start), basis), n)
        beside.append(beta)
        basis.append(w / beta)


def _combined(coefficients, basis):
    """coefficients [r n] @ basis, n vectors [D], without a copy of them."""
    made = torch.zeros(len(coefficients), len(basis[0])).to(basis[0])
    for c, q in zip(coefficients.T, basis, strict=True):
        made.addr_(c, q)
    return made


def _tridiagonal(diagonal, beside):
    a, b = (torch.tensor(numbers, dtype=torch.float64) for numbers in (diagonal, beside))
    return a.diag() + b.diag(1) + b.diag(-1)
