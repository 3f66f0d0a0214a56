"""The highest loss within a distance of a point, in a norm of one's own (Andriushchenko et al. 2023, arXiv 2302.07011).

    max L(theta + T z)  over  |z|_p <= rho,      p = 2 or infinity,  T = 1 or |theta|

By ascent in z, where the gradient is T g: steps along it over its length (p = 2) or along its signs, of 2 rho at first, from 0
on; each is projected on the ball, and half as long after one that did not rise, which is taken back. What is found is a bound
from below. Differs from Auto-PGD, which the paper uses, in: no momentum, steps are halved at once, and no batches.
"""

import torch

from lossland.landscape.evaluate import mean_scores, slope
from lossland.rng import stream


def highest_within(problem, theta, state, rho, norm, scale, steps) -> float:
    """The rise of the mean train nll above that at theta [D]; `scale` [D] is T. 0 or more; NaN where it is not finite."""
    nll = problem.task.SCORES.index("nll")

    def loss(z):
        return mean_scores(problem, theta + scale * z, state, "train")[nll].item()

    z, step, rng = torch.zeros_like(theta), 2 * rho, stream("ascent")
    best = own = loss(z)
    for _ in range(steps):
        g = scale * slope(problem, theta + scale * z, state)
        if not g.any():  # as at the bottom of a bowl: any way leads up
            g = scale * torch.randn(len(theta), generator=rng).to(theta)
        tried = z + step * (g / g.norm() if norm == "l2" else g.sign())
        tried = tried * (rho / tried.norm()).clamp(max=1) if norm == "l2" else tried.clamp(-rho, rho)
        if (found := loss(tried)) > best:
            best, z = found, tried
        else:
            step /= 2
    return best - own
