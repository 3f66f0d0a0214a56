"""Networks as their own function builds them under a seed, and which of their buffers it draws."""

import copy
import random

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy


def skeleton(build):
    """A network of `build()`'s, which is not the caller's. Raises ValueError if it is not a function of its parameters."""
    module = built(build, 0)
    if any(is_lazy(p) for p in [*module.parameters(), *module.buffers()]):
        raise ValueError("the network has lazy modules, which have no shapes before their first pass; make one in build()")
    try:
        return copy.deepcopy(module)
    except RuntimeError as error:  # a tensor that is computed from others, as by the old weight_norm
        if (again := built(build, 0)) is not module:
            return again
        raise ValueError(f"the network cannot be copied ({error}); give a function that builds a new one") from error


def built(build, seed):
    """What `build()` makes under `seed`; the global generators are left as they were."""
    kept = random.getstate(), np.random.get_state()  # noqa: NPY002  the generator that a network of others may draw from
    try:
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002
            module = build()
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        told = f"the network cannot be built ({type(error).__name__}: {error})"
        raise ValueError(f"{told}; give a module, or a function without arguments that returns one") from error
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002
    if not isinstance(module, nn.Module) or isinstance(module, torch.jit.ScriptModule):
        raise ValueError(f"build() returns a {type(module).__name__}; it must return an nn.Module that is not scripted")
    if any(p.is_meta for p in [*module.parameters(), *module.buffers()]):
        raise ValueError("the network lies on the device meta, where nothing has a value; build it on a CPU or a GPU")
    return module


def drawn(build, buffers):
    """The names of the `buffers` that another seed draws otherwise."""
    other = dict(built(build, 1).named_buffers()) if buffers else {}
    names = [n for n, b in buffers.items() if not _same(b, other[n])]
    for name in names:
        if not buffers[name].is_floating_point():
            raise ValueError(
                f"the buffer {name} of {buffers[name].dtype} is drawn at random; draw it in build() under a seed of its own"
            )
    return names


def _same(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and torch.equal(a.nan_to_num(), b.nan_to_num())
