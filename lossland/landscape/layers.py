"""Layers of torch in forms that take less time on a CPU, where they are most of a small convolutional network.

    dropout       keep x_i / q  where  b_i < 2^16 q,     b_i: 16 random bits,     q = 1 - p to the nearest 2^-16
    max-pool 2    the greater of every two rows, then of every two columns; as torch's; where no gradient is wanted

torch's dropout draws a word for each element; the mean over masks is x exactly. Its max-pool, of images that are not
channels-last, takes three times as long as the convolution before it.
"""

import torch
from torch import nn
from torch.nn.modules.utils import _pair
from torch.utils._python_dispatch import is_in_torch_dispatch_mode

STEPS = 1 << 16
FEW = 1 << 12  # elements, of which torch's draws as fast


class Dropout(nn.Dropout):
    """As torch's; not in place."""

    def forward(self, x):
        n, kept = x.numel(), round((1 - self.p) * STEPS)
        small = kept in (0, STEPS) or n < FEW
        if not self.training or small or x.device.type != "cpu" or not x.is_floating_point() or is_in_torch_dispatch_mode():
            return super().forward(x)  # who watches a pass knows what this does
        words = torch.empty(-(-n // 4), dtype=torch.int64).random_(-(2**63), None)
        mask = (words.view(torch.int16)[:n] <= kept - 1 - STEPS // 2).to(x.dtype).mul_(STEPS / kept)
        dense = x.is_contiguous() or (x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last))
        return x * (mask.as_strided(x.shape, x.stride()) if dense else mask.view(x.shape))


class MaxPool2d(nn.MaxPool2d):
    """As torch's."""

    def forward(self, x):
        sizes = [*map(_pair, (self.kernel_size, self.stride, self.padding, self.dilation))]
        halving = sizes == [(2, 2), (2, 2), (0, 0), (1, 1)] and not self.return_indices
        images = x.ndim == 4 and min(x.shape[2:]) > 1 and x.device.type == "cpu" and x.is_floating_point()
        if torch.is_grad_enabled() or not (halving and images) or is_in_torch_dispatch_mode():
            return super().forward(x)
        return self._halved(self._halved(x, 2), 3)

    def _halved(self, x, axis):
        n = x.shape[axis] // 2
        even, odd = (x[..., i::2] if axis == 3 else x[:, :, i::2] for i in (0, 1))
        greater = torch.maximum(even.narrow(axis, 0, n), odd)
        return torch.cat([greater, even.narrow(axis, n, 1)], axis) if self.ceil_mode and x.shape[axis] % 2 else greater


def swapped(module):
    """The module with these layers for torch's, not for others derived from those; gradients of embeddings are dense."""
    for part in module.modules():
        if type(part) in (nn.Dropout, nn.MaxPool2d):
            part.__class__ = Dropout if type(part) is nn.Dropout else MaxPool2d
        elif isinstance(part, (nn.Embedding, nn.EmbeddingBag)):
            part.sparse = False
    return module
