"""The plane of the way from the initialisation to the solution and of a random direction (Li et al. 2018, figure 8).

    theta(u) = theta_n + u_1 (theta_0 - theta_n) / |theta_0 - theta_n| + u_2 d / |d|,     d Gaussian

A trajectory looks straight in it, for a random direction catches almost nothing of what it does beside. arXiv 1712.09913,
section 7. The released code has no script for this figure.
"""

import torch

from lossland.landscape.directions import around, random_direction
from lossland.landscape.subspace import View
from lossland.options import LeftOut, NonNegative, OneSource, Patterns, Seed, Snapshot
from lossland.rng import stream

COORDINATES = 2


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    leave_out: LeftOut = ("bias", "norm"),
    only: Patterns = (),
    start: Snapshot | None = 0,
    margin: NonNegative = 0.2,
) -> View:
    """The source is a network with the snapshot `start`, by default of the initialisation, or if it is None with several;
    u are Euclidean distances; `leave_out` is of the random direction. Raises ValueError if there is no such snapshot.
    """
    (run,) = sources
    way = (run.anchors[0] if start is None else run.snapshot(start)) - run.end
    random = random_direction(problem.space, run.end, stream(seed, "direction", 1), "none", leave_out, only)
    return around(run, torch.stack([way / way.norm(), random / random.norm()]), margin=margin)
