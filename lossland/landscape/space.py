"""Any `nn.Module` as a pure function of one flat parameter vector theta [D].

    forward(theta, x)                  outputs under the statistics of the batch, as in training
    calibrate(theta, batches)          the batch-norm statistics that belong to theta
    predict(theta, state, x)           outputs under given statistics, dropout off

Running batch-norm statistics are never a by-product of training: along a path they belong to no point of it
(arXiv 1802.10026, appendix). Differs from the reference codes in: no layer and no architecture is written again.
"""

import contextlib
import copy
from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


class ParamSpace:
    """The parameter space of the networks that `build()` makes.

    `build` takes no arguments and may draw its initial parameters from torch's global generator.
    """

    def __init__(self, build: Callable[[], nn.Module]):
        self._build = build
        with torch.random.fork_rng([]):
            torch.manual_seed(0)  # buffers that are drawn at random are the same in every process
            self._module = copy.deepcopy(build())
        named = dict(self._module.named_parameters())
        self.names = list(named)
        self._shapes = [p.shape for p in named.values()]
        self._sizes = [p.numel() for p in named.values()]
        self.dimension = sum(self._sizes)
        roles = {}
        for module in self._module.modules():
            for name, p in module.named_parameters(recurse=False):
                roles.setdefault(id(p), (_kind(module, name), _groups(module)))  # tied parameters have the role of the first
        self.kinds, self._groups = ({n: roles[id(p)][i] for n, p in named.items()} for i in (0, 1))
        self._norms = {n: m for n, m in self._module.named_modules() if isinstance(m, _BatchNorm)}
        self._statistics = [
            f"{n}.{b}" for n, m in self._norms.items() if m.running_mean is not None for b in ("running_mean", "running_var")
        ]
        # the values live in theta: the skeleton keeps shapes only, and which parameters are tied
        shapes = {id(p): nn.Parameter(torch.empty_like(p, device="meta"), requires_grad=False) for p in named.values()}
        for module in self._module.modules():
            module._parameters.update({n: shapes[id(p)] for n, p in module._parameters.items() if p is not None})
        self.buffers = {n: b for n, b in self._module.named_buffers() if n not in self._statistics}
        self._mode = None

    @property
    def normalised(self) -> bool:
        """Whether the network has batch-norm statistics to calibrate."""
        return bool(self._statistics)

    def to(self, device):
        self.buffers = {n: b.to(device) for n, b in self.buffers.items()}
        return self

    def init(self, seed: int):
        """theta [D] as `build()` initialises it under `seed`."""
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            return self.ravel(dict(self._build().named_parameters()))

    def ravel(self, parameters):
        """theta [D] of a dictionary of named parameters, in float32."""
        return torch.cat([parameters[n].detach().reshape(-1).float() for n in self.names])

    def unravel(self, theta):
        """Named views into theta [D]. `split` is one autograd node; slicing per tensor costs 15 times as much."""
        return {n: p.view(s) for n, p, s in zip(self.names, theta.split(self._sizes), self._shapes, strict=True)}

    def leaves(self, theta, into, share):
        """The same views, as leaves whose gradients a backward pass adds `share` times to `into` [D], each once it is known."""

        def leaf(view, part):
            def hand_over(view):
                part.add_(view.grad, alpha=share)
                view.grad = None

            view = view.detach().requires_grad_()
            view.register_post_accumulate_grad_hook(hand_over)
            return view

        parts = self.unravel(into)
        return {n: leaf(view, parts[n]) for n, view in self.unravel(theta).items()}

    def parts(self, points):
        """The columns of points [k D] that belong to each parameter tensor, in order: views [k d]."""
        return points.split(self._sizes, 1)

    def filters(self, theta):
        """A view [g f ...] of each parameter tensor in theta [D], by name, whose first two axes count its filters.

        A filter is what makes one output: a channel of a convolution, transposed or not, in each of its g groups; a unit of
        a linear layer; a row of an embedding. One entry of a vector.
        """
        views = self.unravel(theta)
        return {n: _by_filter(view, self._groups[n]) for n, view in views.items()}

    def mask(self, leave_out):
        """[D] of booleans: the parameters whose kind (weight, bias, norm) is not in `leave_out`."""
        kept = [torch.full((size,), self.kinds[n] not in leave_out) for n, size in zip(self.names, self._sizes, strict=True)]
        return torch.cat(kept)

    def forward(self, theta, *inputs):
        """Outputs under batch statistics, dropout on, of theta [D] or of its `leaves`; no state is kept."""
        self._enter("train")
        return self._call(theta, {}, inputs)

    def predict(self, theta, state, *inputs):
        """Outputs with dropout off, under the statistics `state` of `calibrate`."""
        self._enter("predict")
        return self._call(theta, state, inputs)

    @contextlib.contextmanager
    def overheard(self, hear):
        """In this context each linear layer and each convolution that runs tells hear(its name, what it puts out [n units])."""

        def hook(name):
            return lambda layer, _, y: hear(name, (y.movedim(1, -1) if isinstance(layer, _ConvNd) else y).flatten(0, -2))

        layers = [(n, m) for n, m in self._module.named_modules() if isinstance(m, (nn.Linear, _ConvNd))]
        handles = [m.register_forward_hook(hook(n)) for n, m in layers]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    @torch.no_grad()
    def calibrate(self, theta, batches):
        """Batch-norm statistics of theta: means over `batches` (of inputs) of batch means and unbiased variances.

        Each batch counts by its size, as in Garipov et al. 2018 (`update_bn`). There, dropout and augmentation are on.
        """
        if not self.normalised:
            return {}
        self._enter("calibrate")
        state, seen = self._blank(theta.device), 0
        for inputs in batches:
            n = len(inputs[0])
            seen += n
            for norm in self._norms.values():
                norm.momentum = n / seen
            self._call(theta, state, inputs)
        return state

    def blend(self, coefficients, states):
        """Statistics interpolated with `coefficients` [k] between those of k networks."""
        return {n: sum(c * s[n] for c, s in zip(coefficients.tolist(), states, strict=True)) for n in self._statistics}

    def pack(self, state):
        """Batch-norm statistics as one vector [B]."""
        return torch.cat([state[n] for n in self._statistics])

    def unpack(self, vector):
        """The statistics that `pack` made one vector [B] of."""
        blank = self._blank(vector.device)
        parts = vector.split([b.numel() for b in blank.values()])
        return dict(zip(blank, parts, strict=True))

    def _call(self, theta, state, inputs):
        parameters = self.unravel(theta) if torch.is_tensor(theta) else theta
        buffers = self.buffers | (state or self._blank(parameters[self.names[0]].device))
        # strict: a forgotten parameter would otherwise silently keep the value of the skeleton
        return functional_call(self._module, (parameters, buffers), inputs, strict=True)

    def _blank(self, device):
        shapes = dict(self._module.named_buffers())
        return {n: torch.empty_like(shapes[n], device=device).fill_("var" in n) for n in self._statistics}

    def _enter(self, mode):
        if mode == self._mode:
            return
        self._module.train(mode == "train")
        for norm in self._norms.values():
            norm.training = mode != "predict"
            # untracked batch norm uses the batch's own statistics and writes none
            norm.track_running_stats = mode != "train" and norm.running_mean is not None
        self._mode = mode


def _kind(module, name):
    if isinstance(module, NORMS):
        return "norm"
    return "bias" if "bias" in name else "weight"


def _groups(module):
    """The groups of a transposed convolution, whose outputs are along axis 1 in each group; None for all other modules."""
    return module.groups if isinstance(module, _ConvTransposeNd) else None


def _by_filter(view, groups):
    if groups is None or view.ndim < 2:
        return view[None] if view.ndim else view[None, None]
    return view.unflatten(0, (groups, -1)).movedim(2, 1)
