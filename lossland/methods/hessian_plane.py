"""The plane of the sharpest directions of a network: the eigenvectors of the highest eigenvalues of the Hessian of its loss.

    H d_i = l_i d_i,   l_1 >= l_2 >= ...        theta(u) = theta* + u_1 d_1 + ... + u_m d_m,     |d_i| = 1

(Li et al. 2018, arXiv 1712.09913, section 6, look at the ends of H; Ghorbani et al. 2019, arXiv 1901.10159, at all of it.)
"""

from lossland.landscape.directions import around
from lossland.landscape.evaluate import calibrated
from lossland.landscape.hessian import extremes
from lossland.landscape.subspace import Subspace
from lossland.options import Box, Count, LeftOut, OneSource, Patterns, Positive, Seed
from lossland.rng import stream


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    directions: Count = 2,
    leave_out: LeftOut = ("bias", "norm"),
    only: Patterns = (),
    tolerance: Positive = 1e-2,
    products: Count = 100,
    box: Box | None = None,
) -> Subspace:
    """`box` is the (low, high) that is drawn along each direction, as Euclidean distances, -1 to 1 by default.

    Notes: `direction.eigenvalue`, `direction.error` and `direction.residual` [m]. `products` limits the
    number of products with the Hessian.
    """
    (network,) = sources
    theta = problem.point(network.end)
    state, rng = calibrated(problem, theta), stream(seed, "lanczos")
    limits = {"lowest": 0, "highest": directions, "tolerance": tolerance, "limit": products}
    found = extremes(problem, theta, state, rng, leave_out, only=only, **limits)
    found_of = {"eigenvalue": found.values, "error": found.bounds, "residual": found.residuals}
    notes = {f"direction.{name}": values.flip(0) for name, values in found_of.items()}
    return around(network, found.vectors.flip(0).cpu(), box=box or [(-1.0, 1.0)] * directions, notes=notes)
