"""The two points that a path joins: their names, and that they are not one point that nothing leads away from."""

import zlib

import torch


def joined(subspace) -> dict[str, int]:
    """Which points a path joins: `a` and `b`, the crc32 of the float32 bytes of its ends at t = 0 and 1."""
    ends = subspace.points(torch.tensor([[0.0], [1.0]], dtype=torch.float64))
    return {name: zlib.crc32(point.float().cpu().numpy().tobytes()) for name, point in zip("ab", ends, strict=True)}


def refuse_one_point(subspace, t):
    """Raises ValueError on a path that has no length between its points at t [n 1]."""
    if subspace.arc(t)[-1] == 0:
        raise ValueError(
            f"this needs a path with a length, and all points of {subspace.chart} are one; join two other networks"
        )
