"""The plane of the principal components of a trajectory (Li et al. 2018, arXiv 1712.09913, section 7).

    M = [theta_0 - theta_n; ...; theta_{n-1} - theta_n],     theta(u) = theta_n + u_1 d_1 + u_2 d_2,     |d_i| = 1

d_i are the right singular vectors of M, with `centred` those of M and its zero row less their mean, as in the released code.
Either way the plane goes through theta_n. Differs from it in: all parameters count (`leave_out: [bias, norm]` makes their
columns of M zero, as there), the shares of the variance are given both ways, and the points are projected by least squares.
"""

import torch

from lossland.geometry.measures import components, gram
from lossland.landscape.directions import around
from lossland.landscape.subspace import View
from lossland.options import Count, LeftOut, NonNegative, OneSource


def build(
    problem,
    sources: OneSource,
    *,
    directions: Count = 2,
    centred: bool = True,
    leave_out: LeftOut = (),
    margin: NonNegative = 0.2,
) -> View:
    """The source is a network with snapshots. Notes: `direction.centred` and `direction.uncentred` [m], the share of the
    variance of each component. Raises ValueError if the trajectory has too few points."""
    (run,) = sources
    if "epoch" not in run.notes:
        raise ValueError(f"principal components are those of a training, not of {run.chart}; name a network with snapshots")
    points, last, n = run.anchors, run.end, len(run.anchors)
    if n < directions + 1:
        raise ValueError(f"{directions} components need {directions + 1} points, and the trajectory kept {n}; keep more")
    if leave_out:
        points = torch.where(problem.space.mask(leave_out), points, last)
    inner = gram(points, last)
    found = {name: components(inner, directions, centred=name == "centred") for name in ("centred", "uncentred")}
    shares = {f"direction.{name}": share for name, (_, share) in found.items()}
    weights, _ = found["centred" if centred else "uncentred"]
    weights = (weights * torch.where((weights @ inner)[:, :1] < 0, -1, 1)).to(points)  # the start lies on the positive side
    axes = sum(w[:, None] * (point - last) for w, point in zip(weights.T, points, strict=True))
    return around(run, axes, margin=margin, notes=shares)
