"""Named random streams: every draw of a run is a pure function of (seed, what it is for, epoch, step).

A run that is interrupted needs no generator state to go on, and the order of the data does not move when a method draws
one number more. Streams live on the CPU: the same batches on every device.
"""

import hashlib

import torch


def stream(*key) -> torch.Generator:
    """The generator named by `key` (numbers and strings)."""
    return torch.Generator().manual_seed(number(*key))


def number(*key) -> int:
    """The seed of that stream: to make one generator many streams in turn, where a new one for each would cost."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
