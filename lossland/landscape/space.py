"""Any `nn.Module` as a pure function of one flat parameter vector theta [D].

    forward(theta, x)                  outputs under the statistics of the batch, as in training
    calibrate(theta, batches)          the batch-norm statistics that belong to theta
    predict(theta, state, x)           outputs under given statistics, dropout off

theta are the parameters that require gradients, a complex one as its real and imaginary parts; behind them lie the buffers that
`build()` draws at random (kind `buffer`), which belong to a point as its parameters do, but are never trained, moved or left
in. All else is constant: parameters without gradients, buffers, and batch norm that `build()` has frozen, with its statistics.

Running batch-norm statistics are never a by-product of training: along a path they belong to no point of it
(arXiv 1802.10026, appendix). Differs from the reference codes in: no layer and no architecture is written again.
"""

import contextlib
import zlib
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cached_property

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.utils._pytree import tree_leaves

from lossland.landscape.building import built, drawn, skeleton
from lossland.landscape.compiled import Whole, compiled
from lossland.landscape.layers import swapped
from lossland.landscape.loading import CHANGED, Bench, Loaded
from lossland.landscape.roles import by_filter, groups, kind
from lossland.landscape.signature import Signature
from lossland.options import nearest


class ParamSpace:
    """The parameter space of the networks that `build()` makes, or of those like a module that is given in its place.

    `build` takes no arguments and may draw its initial parameters from the global generators of torch, numpy and Python.
    `norms` are patterns of the names of parameters that belong to norm layers and are not found to (`roles.py`).
    """

    def __init__(self, build: Callable[[], nn.Module] | nn.Module, norms=()):
        self._build = (lambda: build) if isinstance(build, nn.Module) else build
        self._module = swapped(skeleton(self._build))
        self._signature = Signature(self._module)
        self._still = _at_rest(self._module)
        named, buffers = dict(self._module.named_parameters()), dict(self._module.named_buffers())
        self._take_norms(buffers)
        trained, redrawn = _trained(named), {n: buffers[n] for n in drawn(self._build, buffers)}
        self._lay_out(trained, redrawn, norms)
        frozen = {n: p.detach() for n, p in named.items() if n not in trained}
        self.frozen = list(frozen)
        first = {id(p): n for n, p in named.items()}
        every = self._module.named_parameters(remove_duplicate=False)
        self.aliases = {n: first[id(p)] for n, p in every if n not in named}  # of tied parameters
        self.constants = frozen | {n: b for n, b in buffers.items() if n not in redrawn}
        self.buffers = [n for n in [*self.names, *self.constants] if n in buffers]
        self._places = self._found_places(trained | redrawn | self.constants | self.own)
        # the values live in theta: the skeleton keeps shapes only, and which parameters are tied
        shapes = {id(p): nn.Parameter(torch.empty_like(p, device="meta"), requires_grad=False) for p in named.values()}
        for module in self._module.modules():
            module._parameters.update({n: shapes[id(p)] for n, p in module._parameters.items() if p is not None})
        self._mode, self._cast, self._benches = None, {}, {}

    def _take_norms(self, buffers):
        """Takes out of `buffers` what batch norm keeps, but for norms at rest, whose statistics are constant."""
        still = set(map(id, self._still))
        self._norms = {n: m for n, m in self._module.named_modules() if isinstance(m, _BatchNorm) and id(m) not in still}
        tracked = [n for n, m in self._norms.items() if m.running_mean is not None]
        self._statistics = [f"{n}.{b}" for n in tracked for b in ("running_mean", "running_var")]
        self.own = {n: buffers.pop(n).clone() for n in self._statistics}
        for n in self._norms:
            buffers.pop(f"{n}.num_batches_tracked", None)

    def _lay_out(self, trained, redrawn, norms):
        """Where the parameters, and behind them the buffers that are drawn, lie in theta, and what they are."""
        tensors, roles = trained | redrawn, {}
        for module in self._module.modules():
            for name, p in module.named_parameters(recurse=False):
                roles.setdefault(id(p), (kind(module, name), groups(module)))  # tied parameters have the role of the first
        self.names = list(tensors)
        self.kinds = {n: "buffer" if n in redrawn else roles[id(p)][0] for n, p in tensors.items()}
        self.kinds |= {n: "norm" for n in self.matching(norms) if n in trained}
        self._groups = {n: roles[id(p)][1] if n in trained else None for n, p in tensors.items()}
        self._shapes = [p.shape for p in tensors.values()]
        self._complex = [p.is_complex() for p in tensors.values()]
        self._sizes = [p.numel() * (2 if p.is_complex() else 1) for p in tensors.values()]
        self.dimension, self.trained = sum(self._sizes), sum(self._sizes[: len(trained)])
        self.dtype = next(iter(trained.values())).dtype

    def _found_places(self, tensors):
        """Name -> the (dictionary, key) of each module that holds the tensor: several where it is tied."""
        names, places = {id(t): n for n, t in tensors.items()}, {n: [] for n in tensors}
        names |= {id(t): n for n, t in [*self._module.named_parameters(), *self._module.named_buffers()] if n in tensors}
        for module in self._module.modules():
            for held in (module._parameters, module._buffers):
                for key, tensor in held.items():
                    if id(tensor) in names:
                        places[names[id(tensor)]].append((held, key))
        return places

    @property
    def normalised(self) -> bool:
        """Whether the network has batch-norm statistics to calibrate."""
        return bool(self._statistics)

    @property
    def recurrent(self) -> bool:
        """Whether the network has recurrent layers."""
        return any(isinstance(m, nn.RNNBase) for m in self._module.modules())

    @property
    def adapter(self) -> dict:
        """The config of the adapter of peft that the network has; none if it has none, or several."""
        configs = [*getattr(self._module, "peft_config", {}).values()]
        return configs[0].to_dict() if len(configs) == 1 else {}

    @property
    def modules(self) -> int:
        """How many modules the network has that have no parts."""
        return sum(not any(m.children()) for m in self._module.modules())

    @cached_property
    def digest(self) -> int:
        """crc32 of the parameters that are no part of theta; 0 if there are none."""
        value = 0
        for name in self.frozen:
            t = self.constants[name]
            value = zlib.crc32(t.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes(), value)
        return value

    def to(self, device):
        if any(b.device != device for b in self.constants.values()):
            self.constants, self._cast = {n: b.to(device) for n, b in self.constants.items()}, {}
        return self

    def init(self, seed: int, dtype=torch.float32):
        """theta [D] as `build()` initialises it under `seed`."""
        module = built(self._build, seed)
        return self.ravel(dict(module.named_parameters()) | dict(module.named_buffers()), dtype)

    def ravel(self, tensors, dtype=torch.float32):
        """theta [D] of a dictionary of named parameters, and of the buffers that are drawn, in float32."""
        parts = (tensors[n].detach() for n in self.names)
        return torch.cat([(torch.view_as_real(p) if p.is_complex() else p).reshape(-1).to(dtype) for p in parts])

    def unravel(self, theta):
        """Named views into theta [D]. `split` is one autograd node; slicing per tensor costs 15 times as much."""
        parts = zip(self.names, theta.split(self._sizes), self._shapes, self._complex, strict=True)
        return {n: torch.view_as_complex(p.view(*s, 2)) if c else p.view(s) for n, p, s, c in parts}

    def leaves(self, theta, gradient):
        """The same views, as leaves whose gradients a backward pass adds to `gradient` [D], each once it is known."""
        parts = self.unravel(gradient)
        views = {n: view.detach() for n, view in self.unravel(theta).items()}
        for name, view in views.items():
            if self.kinds[name] != "buffer":
                view.requires_grad_().grad = parts[name]
        return views

    def bench(self, like):
        """The `Bench` of points of the type and on the device of `like` [D]."""
        key = (like.device, like.dtype)
        if key not in self._benches:
            self._benches[key] = Bench(self, like)
        return self._benches[key]

    def parts(self, points):
        """The columns of points [k D] that belong to each parameter tensor, in order: views [k d]; of points of trained
        parameters alone too."""
        kept = [
            size
            for n, size in zip(self.names, self._sizes, strict=True)
            if points.shape[1] > self.trained or self.kinds[n] != "buffer"
        ]
        return points.split(kept, 1)

    def filters(self, theta):
        """A view [g f ...] of each parameter tensor in theta [D], by name, whose first two axes count its filters.

        A filter is what makes one output: a channel of a convolution, transposed or not, in each of its g groups; a unit of
        a linear layer; a row of an embedding. One entry of a vector.
        """
        views = self.unravel(theta)
        return {n: by_filter(view, self._groups[n]) for n, view in views.items()}

    def matching(self, patterns) -> set[str]:
        """The names of theta's tensors that match one of `patterns`, each also that of all below it: `layer1` is `layer1.*`.

        Raises ValueError for one that matches none.
        """
        found = {p: {n for n in self.names if fnmatchcase(n, p) or fnmatchcase(n, f"{p}.*")} for p in patterns}
        for pattern, names in found.items():
            if not names:
                raise ValueError(f"no trained parameter has a name like {pattern}{nearest(pattern, self.names)}")
        return set().union(*found.values())

    def moved(self, leave_out=(), only=()) -> list[str]:
        """The names of the parameters that match `only`, by default all, and of which `leave_out` names neither the kind
        (weight, bias, norm) nor, as a pattern, the name. Raises ValueError if there are none."""
        kinds = {*leave_out} & {"weight", "bias", "norm"}
        out, within = self.matching({*leave_out} - kinds), self.matching(only) if only else self.names
        names = [n for n in self.names if n in within and n not in out and self.kinds[n] not in {*kinds, "buffer"}]
        if not names:
            named = f"leave_out names {', '.join(leave_out)}" + f" and only {', '.join(only)}" * bool(only)
            raise ValueError(f"{named}, which is all that the network has; leave something in")
        return names

    def mask(self, leave_out=(), only=()):
        """[D] of booleans: the entries of the parameters that are `moved`."""
        names = {*self.moved(leave_out, only)}
        kept = [torch.full((size,), n in names) for n, size in zip(self.names, self._sizes, strict=True)]
        return torch.cat(kept)

    def still(self, only=None):
        """[D] of booleans: the entries that no training by a recipe with `only` moves; None if it moves all."""
        return None if not only and self.trained == self.dimension else ~self.mask((), only or ())

    def forward(self, theta, *inputs):
        """Outputs under batch statistics, dropout on, of theta [D] or of its `leaves`; no state is kept."""
        with self.loaded(theta) as network:
            return network(*inputs)

    def predict(self, theta, state, *inputs, sizes=()):
        """Outputs with dropout off, under the statistics `state` of `calibrate`; batches of the `sizes` are compiled."""
        with self.loaded(theta, "predict", state, sizes) as network:
            return network(*inputs)

    def alone(self, theta, state, *inputs):
        """The same of a module that `build()` makes, with all that a point is copied into it, and no other ever."""
        module = skeleton(self._build)
        own = dict(module.named_parameters()) | dict(module.named_buffers())
        for name, value in (self.unravel(theta) | self._constants_like(theta) | state).items():
            own[name].data = value.detach().clone()
        module = module.eval().to(theta.device)
        return Signature(getattr(module, "_orig_mod", module)).call(*inputs)  # what torch.compile has wrapped

    @contextlib.contextmanager
    def overheard(self, hear):
        """In this context each linear layer and each convolution that runs tells hear(its name, what it puts out [n units])."""

        def hook(name):
            def told(layer, _, y):
                if torch.is_tensor(y) and y.ndim > 1:
                    hear(name, (y.movedim(1, -1) if isinstance(layer, _ConvNd) else y).flatten(0, -2))

            return told

        layers = [(n, m) for n, m in self._module.named_modules() if isinstance(m, (nn.Linear, _ConvNd))]
        handles = [m.register_forward_hook(hook(n)) for n, m in layers]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    @torch.no_grad()
    def calibrate(self, theta, batches, sizes=()):
        """Batch-norm statistics of theta: means over `batches` (of inputs) of batch means and unbiased variances.

        Each batch counts by its size, as in Garipov et al. 2018 (`update_bn`). There, dropout and augmentation are on. Those of
        the `sizes` are compiled.
        """
        if not self.normalised:
            return {}
        state, seen = self._blank(theta), 0
        own, mean = (self._blank(theta), state) if sizes else (state, {})  # a momentum that changes is compiled anew
        with self.loaded(theta, "calibrate", own, sizes) as network:
            for inputs in batches:
                n = len(tree_leaves(inputs)[0])
                seen += n
                for norm in self._norms.values():
                    norm.momentum = 1.0 if sizes else n / seen
                network(*inputs)
                for name, so_far in mean.items():
                    so_far.lerp_(own[name], n / seen)
        return state

    def blend(self, coefficients, states):
        """Statistics interpolated with `coefficients` [k] between those of k networks."""
        return {n: sum(c * s[n] for c, s in zip(coefficients.tolist(), states, strict=True)) for n in self._statistics}

    def pack(self, state):
        """Batch-norm statistics as one vector [B]."""
        return torch.cat([state[n].reshape(-1) for n in self._statistics])

    def unpack(self, vector):
        """The statistics that `pack` made one vector [B] of."""
        parts = vector.split([self.own[n].numel() for n in self._statistics])
        return {n: part.view(self.own[n].shape) for n, part in zip(self._statistics, parts, strict=True)}

    def loaded(self, theta, mode="train", state=None, sizes=()):
        """In this context the network holds theta [D], or its `leaves`, and the statistics `state`; it gives what calls it,
        with batches of the `sizes` compiled.

        A backward pass that runs the network again, as that of a checkpointed module, belongs in it.
        """
        self._enter(mode)
        tensors = self.unravel(theta) if torch.is_tensor(theta) else theta
        if self.constants or mode != "train":
            like = tensors[self.names[0]]
            tensors = tensors | self._constants_like(like) | ((state or self._blank(like)) if mode != "train" else {})
        call = Whole(self._signature, self._compiled, sizes) if sizes else self._signature.call
        return Loaded(call, self._places, self.buffers, tensors)

    @cached_property
    def _compiled(self):
        return compiled(self._signature)

    def replaced(self, theta, *inputs) -> str | None:
        """The name of a tensor in whose place a pass puts another."""
        with (loaded := self.loaded(theta)) as network:
            network(*inputs)
            return next((n for n, t in loaded.tensors.items() for place, key in self._places[n] if place[key] is not t), None)

    def changed(self, name) -> str:
        """That a pass changes the tensor of this name."""
        return CHANGED.format("buffer" if name in self.buffers or name in self.own else "parameter", name)

    def _constants_like(self, like):
        """The constants on the device of a tensor; of those in the network's own type, in its type."""
        key = (like.device, like.real.dtype if like.is_complex() else like.dtype)
        if key not in self._cast:
            device, dtype = key
            wide = torch.complex128 if dtype == torch.float64 else torch.complex64
            types = {self.dtype: dtype, torch.complex64: wide, torch.complex128: wide}
            if self.dtype.is_complex:
                types[torch.float32 if self.dtype == torch.complex64 else torch.float64] = dtype
            self._cast[key] = {n: b.to(device, types.get(b.dtype, b.dtype)) for n, b in self.constants.items()}
        return self._cast[key]

    def _blank(self, like):
        dtype = like.real.dtype if like.is_complex() else like.dtype
        return {n: torch.empty_like(b, device=like.device, dtype=dtype).fill_("var" in n) for n, b in self.own.items()}

    def _enter(self, mode):
        if mode == self._mode:
            return
        self._module.train(mode == "train")
        for module in self._still:
            module.training = False
        for norm in self._norms.values():
            norm.training = mode != "predict"
            norm.momentum = 1.0  # that of a calibration would be compiled in
            # untracked batch norm uses the batch's own statistics and writes none
            norm.track_running_stats = mode != "train" and norm.running_mean is not None
        self._mode = mode


def _at_rest(network) -> list[nn.Module]:
    """The modules that are not in training when the network is put to it: by build(), or by a train() of its own."""
    before = {id(m) for m in network.modules() if network.training and not m.training}
    network.train()
    return [m for m in network.modules() if id(m) in before or not m.training]


def _trained(named) -> dict[str, nn.Parameter]:
    """Those of the parameters that require gradients, complex ones first, which so lie at even places. Raises ValueError if
    there are none."""
    trained = {n: p for n, p in named.items() if p.requires_grad}
    if not trained:
        raise ValueError("no parameter of the network requires a gradient, so nothing is trained; leave some as they were")
    return dict(sorted(trained.items(), key=lambda item: not item[1].is_complex()))
