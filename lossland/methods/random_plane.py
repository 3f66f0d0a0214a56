"""The affine space around a network along random directions at its own scale (Li et al. 2018, arXiv 1712.09913, section 4).

    theta(u) = theta* + u_1 d_1 + ... + u_m d_m,     d_i Gaussian, then scaled filter by filter to theta*

At u = 1 along one axis the step is as long as the part of theta* that is not left out. `seed` is that of the directions:
networks of one architecture have the same raw ones. They are not made orthogonal; the table `directions` says how nearly
they are. Differs from the released code in what `lossland.landscape.directions` says.
"""

from typing import Literal

import torch

from lossland.landscape.directions import around, random_direction
from lossland.landscape.subspace import View
from lossland.options import Box, Count, LeftOut, OneSource, Patterns, Seed
from lossland.rng import stream


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    directions: Count = 2,
    normalisation: Literal["filter", "layer", "none"] = "filter",
    leave_out: LeftOut = ("bias", "norm"),
    only: Patterns = (),
    vectors: Literal["drawn", "own"] = "drawn",
    box: Box | None = None,
) -> View:
    """`box` is the (low, high) that is drawn along each direction, -1 to 1 by default. The source may be a trajectory. With
    `vectors` own, biases and norms that are left in are their own directions, as in the released code."""
    (network,) = sources
    drawn = [
        random_direction(problem.space, network.end, stream(seed, "direction", i), normalisation, leave_out, only, vectors)
        for i in range(directions)
    ]
    return around(network, torch.stack(drawn), box=box or [(-1.0, 1.0)] * directions)
