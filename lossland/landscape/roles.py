"""What the parameters of a module are: weight, bias or norm, and which of their axes count filters.

A module is a norm layer if it is one of torch's, or does what one does: its parameters lie along one axis, and it gives the
same for its input and for three times its input, whatever the parameters.
"""

import contextlib
import copy

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvTransposeNd

NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
TRIED = ((4,), (2, 5), (2, 3, 3))  # shapes of the axes beside that of the parameters, which is the last or the second


def kind(module, name):
    if isinstance(module, NORMS) or normalises(module):
        return "norm"
    return "bias" if "bias" in name else "weight"


@contextlib.contextmanager
def tried():
    """What a call of a user's module changes beside it, is put back."""
    dtype = torch.get_default_dtype()
    try:
        with torch.random.fork_rng([]):
            yield
    finally:
        torch.set_default_dtype(dtype)


@torch.no_grad()
def normalises(module) -> bool:
    """Whether a module of one's own is a norm layer by what it does."""
    own = dict(module.named_parameters(recurse=False))
    n = max((p.numel() for p in own.values()), default=0)
    if n < 2 or any(module.children()) or any(p.numel() != max(p.shape, default=1) for p in own.values()):
        return False
    rng = torch.Generator().manual_seed(0)
    held = {k: 1 + torch.rand(p.shape, generator=rng).to(p) for k, p in own.items()}
    held |= {k: b.clone() for k, b in module.named_buffers()}
    first, module = next(iter(own.values())), copy.copy(module)
    for beside in TRIED:
        for shape in ((*beside, n), (beside[0], n, *beside[1:])):
            x = torch.randn(shape, generator=rng).to(first)
            try:
                with tried():
                    one, three = (functional_call(module, held, (scale * x,)) for scale in (1, 3))
                if one.shape == x.shape and one.std() > 1e-3 and torch.allclose(one, three, rtol=1e-2, atol=1e-3):
                    return True
            except Exception:
                continue
    return False


def groups(module):
    """The groups of a transposed convolution, whose outputs are along axis 1 in each group; 1 for a linear layer whose outputs
    are along axis 1, as in GPT-2; None for all other modules."""
    return module.groups if isinstance(module, _ConvTransposeNd) else 1 if transposed(module) else None


@torch.no_grad()
def transposed(module) -> bool:
    """Whether a module of one's own is x @ weight (+ bias) by what it does: column 0 of its one matrix makes only output 0."""
    own = dict(module.named_parameters(recurse=False))
    matrices = [n for n, p in own.items() if p.ndim == 2 and p.shape[1] > 1]
    if type(module).__module__.startswith("torch.") or any(module.children()) or len(matrices) != 1:
        return False
    held = {n: torch.ones_like(p) for n, p in own.items()} | dict(module.named_buffers())
    one = held[matrices[0]]
    other = one.clone()
    other[:, 0], module = 2, copy.copy(module)
    try:
        x = torch.ones(2, 3, len(one)).to(one)
        with tried():
            first, three = (
                functional_call(module, held | {matrices[0]: other}, (scale * x,)) - functional_call(module, held, (scale * x,))
                for scale in (1, 3)
            )
        return (
            first.shape == (2, 3, one.shape[1])
            and bool(first[..., 0].all())
            and torch.equal(3 * first, three)
            and not first[..., 1:].any()
        )
    except Exception:
        return False


def by_filter(view, groups):
    """A view [g f ...] of a parameter tensor, see `ParamSpace.filters`."""
    if groups is None or view.ndim < 2:
        return view[None] if view.ndim else view[None, None]
    return view.unflatten(0, (groups, -1)).movedim(2, 1)
