"""Any module of the user's own: `target: "package.module:function"`, called as function(shape, classes, **arguments)."""

from importlib import import_module

from torch import nn


def build(shape, classes, *, target: str, arguments: dict = {}) -> nn.Module:
    """Raises ValueError if the target does not exist or returns something else than a module."""
    module, _, function = target.partition(":")
    try:
        make = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f'target: "{target}" cannot be imported ({error}); write "package.module:function"') from error
    network = make(shape, classes, **arguments)
    if not isinstance(network, nn.Module):
        raise ValueError(f'target: "{target}" returned {type(network).__name__}, not a torch.nn.Module')
    return network
