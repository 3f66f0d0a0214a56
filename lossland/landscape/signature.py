"""How a network is called, and what is taken of what it returns.

A batch of inputs is a tensor, a tuple (one argument each), or a dictionary: by name, if the forward pass takes arguments of
those names, else as it is. What is returned is a tensor, a tuple whose first it is, or has it as `logits` or `out`.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

LOGITS = ("logits", "out")  # of Hugging Face, GoogLeNet; of torchvision's segmentation


@dataclass
class Signature:
    module: torch.nn.Module
    names: set[str] = field(init=False)
    anything: bool = field(init=False)

    def __post_init__(self):
        parameters = inspect.signature(self.module.forward).parameters.values()
        self.names = {p.name for p in parameters}
        self.anything = any(p.kind is p.VAR_KEYWORD for p in parameters)

    def call(self, *inputs):
        try:
            if len(inputs) == 1 and isinstance(x := inputs[0], dict) and (self.anything or not self.names.isdisjoint(x)):
                return answer(self.module(**x))
            return answer(self.module(*inputs))
        except ValueError as error:
            if "more than 1 value per channel" not in str(error):
                raise
            raise ValueError(
                "batch norm has one value of each channel, and so no variance; put more examples in a batch"
            ) from error


def answer(outputs: Any) -> torch.Tensor:
    """The tensor of logits or values in what a network returned. Raises ValueError if there is none."""
    if torch.is_tensor(outputs):
        return outputs
    found = None
    for name in LOGITS:
        found = outputs.get(name) if isinstance(outputs, Mapping) else getattr(outputs, name, None)
        if found is not None:
            break
    if found is None and isinstance(outputs, Mapping) and len(outputs) == 1:
        (found,) = outputs.values()
    if found is None and isinstance(outputs, (tuple, list)) and outputs:
        found = outputs[0]
    if torch.is_tensor(found):
        return found
    told = f"a dictionary of {', '.join(map(str, outputs))}" if isinstance(outputs, Mapping) else f"a {type(outputs).__name__}"
    raise ValueError(f"the network returns {told}; return a tensor, a tuple that begins with it, or name it logits")
