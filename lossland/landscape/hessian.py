"""The Hessian of the mean loss and the Gauss-Newton matrix, by their products with vectors (Li et al. 2018, section 6).

    H v = sum over batches B of  |B| / N  d/dtheta (g_B . v),     g_B = the gradient of the mean loss of B (double backward)

Differs from the released code in: the mean loss, not a sum of batch means, so batches may be unequal; both ends of one run, not
the larger one and then the other of a shifted matrix, which loses small negative eigenvalues; bounds; a seeded start.
"""

import contextlib
from dataclasses import replace
from functools import partial

import torch
from torch.autograd.function import BackwardCFunction
from torch.nn.attention import SDPBackend, sdpa_kernel

from lossland.landscape.lanczos import Ritz, lanczos
from lossland.rng import stream

STEP, NEAR, FEW = 1e-5, 2e-2, 8  # of a difference, relative to theta; how near a second derivative is to it; examples
STEPWISE = partial(torch.backends.cudnn.flags, enabled=False, deterministic=True, allow_tf32=False)
ONCE = ("is not implemented", "differentiate twice", "once_differentiable", "double backward", "backward through")


def extremes(problem, theta, state, rng, leave_out=("bias", "norm"), split="train", only=(), **options) -> Ritz:
    """The ends of the spectrum of the Hessian at theta [D] of the parameters that `leave_out` and `only` leave in (see
    `ParamSpace.moved`).

    `state` are the batch-norm statistics, which stay as they are; `options` are those of `lanczos`.
    """
    mask = problem.space.mask(leave_out, only).to(theta)
    start = torch.randn(len(theta), generator=rng).to(theta) * mask
    return lanczos(Hessian(problem, theta, state, split, mask), start, **options)


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
        state = {name: own.double() for name, own in self._state.items()}

        def gradient(theta):
            theta.requires_grad_()
            with problem.space.loaded(theta, "predict", state) as network:
                loss = problem.mean(network(*problem.arguments(x)), target)[0]
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
